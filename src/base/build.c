/*
 * build.c - the build id that the linker leaves in the program (a note, NT_GNU_BUILD_ID).
 * Place: base. Read from memory: no file is needed for it.
 */
#include "base/build.h"
#include "base/digest.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* The notes of one segment, one behind the other. */
static bool find_note(const char *at, size_t size, char out[BUILD_ID_TEXT])
{
	while (size >= sizeof(ElfW(Nhdr))) {
		const ElfW(Nhdr) *note = (const void *)at;
		const char *name = at + sizeof *note, *data = name + padded(note->n_namesz);
		size_t whole = sizeof *note + padded(note->n_namesz) + padded(note->n_descsz);

		if (whole > size)
			return false;
		if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 &&
		    note->n_descsz >= (BUILD_ID_TEXT - 1) / 2) {
			hex_of(data, (BUILD_ID_TEXT - 1) / 2, out);
			return true;
		}
		at += whole;
		size -= whole;
	}
	return false;
}

/* The program itself comes first; libraries are not asked. */
static int look(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];

		if (p->p_type == PT_NOTE &&
		    find_note((const char *)(info->dlpi_addr + p->p_vaddr), p->p_memsz, arg))
			break;
	}
	return 1;
}

const char *build_id(void)
{
	static char id[BUILD_ID_TEXT];

	if (!id[0])
		dl_iterate_phdr(look, id);
	return id;
}
