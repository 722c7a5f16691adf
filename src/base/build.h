/* build.h - which build of the program this is, for those who notice that another one serves. */
#ifndef BASE_BUILD_H
#define BASE_BUILD_H

#define BUILD_ID_TEXT 17

/* Sixteen hex digits that the linker made from all of the program's code; the same at every call. "" where it was
 * linked without them. */
const char *build_id(void);

#endif
