/*
 * picture.c - what may be kept of a picture. The rules are in picture.h.
 *
 * Both formats are walked piece by piece (segments, chunks), each piece against what its kind must look like, and the
 * pieces that are needed are copied. A piece of an unknown kind that a decoder would have to know is refused; one that it
 * may pass over is left out.
 * Place: domain; pure. Invariant: no byte is read behind the end, whatever the lengths say.
 */
#include "domain/picture.h"
#include "base/arena.h"
#include "domain/command.h"

const char *const picture_type_names[PICTURE_TYPES] = {"", "jpeg", "png"};
const char *const picture_media_types[PICTURE_TYPES] = {
    "application/octet-stream", "image/jpeg", "image/png"};

static const struct str png_signature = {"\x89PNG\r\n\x1a\n", 8};

struct walk {
	struct str all;
	size_t at;
	struct buf *out;
	struct arena *a;
	struct refusal *why;
};

enum picture_type picture_type(struct str s)
{
	if (str_starts(s, STR("\xff\xd8\xff")))
		return PICTURE_JPEG;
	return str_starts(s, png_signature) ? PICTURE_PNG : PICTURE_NONE;
}

/* -- refusals ------------------------------------------------------------------------------- */

static bool broken(struct walk *w, const char *zh, const char *en)
{
	return refuse_as(w->why, ERROR_PARAMS, "image",
	    arena_printf(w->a, "图片第 %zu 字节处%s,请重新拍照或另存为 JPEG", w->at + 1, zh),
	    arena_printf(w->a, "byte %zu of the picture: %s; take it again, or save it as a JPEG", w->at + 1,
		en));
}

static bool cut_short(struct walk *w)
{
	return refuse_as(w->why, ERROR_PARAMS, "image", "图片不完整,请重新上传",
	    "the picture is cut short; send it again");
}

static bool size_fits(struct walk *w, int64_t width, int64_t height)
{
	if (width > 0 && height > 0 && width <= PICTURE_SIDE && height <= PICTURE_SIDE &&
	    width * height <= PICTURE_PIXELS)
		return true;
	return refuse(w->why, w->a, ERROR_PARAMS, "image",
	    "图片尺寸为 %lld×%lld 像素,应在 1 至 %d 之间,总共不超过 5000 万像素",
	    "the picture has %lld by %lld pixels; 1 to %d each way were expected, and no more than 50 "
	    "million",
	    (long long)width, (long long)height, PICTURE_SIDE);
}

/* -- bytes ---------------------------------------------------------------------------------- */

static size_t left(const struct walk *w)
{
	return w->all.n - w->at;
}

/* Behind the place where it stands; there are so many. */
static unsigned byte_at(const struct walk *w, size_t i)
{
	return (unsigned char)w->all.p[w->at + i];
}

static unsigned big16(const unsigned char *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint32_t big32(const unsigned char *p)
{
	return (uint32_t)big16(p) << 16 | big16(p + 2);
}

static void keep(struct walk *w, size_t from, size_t n)
{
	buf_add(w->out, w->all.p + from, n);
}

/* -- which way up (EXIF) --------------------------------------------------------------------- */

static unsigned tiff16(const unsigned char *p, bool big)
{
	return big ? big16(p) : (unsigned)p[1] << 8 | p[0];
}

static uint32_t tiff32(const unsigned char *p, bool big)
{
	return big ? big32(p) : (uint32_t)tiff16(p + 2, false) << 16 | tiff16(p, false);
}

#define ORIENTATION 0x0112
#define TIFF_SHORT 3
#define TIFF_ENTRY 12

/* Of the payload of an APP1; 0: it says nothing of it that is known. */
static unsigned orientation_of(struct str s)
{
	const unsigned char *p;
	bool big;
	size_t n, at, entries;

	if (!str_starts(s, (struct str){"Exif\0", 6}) || s.n < 6 + 10)
		return 0;
	p = (const unsigned char *)s.p + 6;
	n = s.n - 6;
	big = p[0] == 'M';
	at = tiff32(p + 4, big);
	if (at > n || n - at < 2)
		return 0;
	entries = tiff16(p + at, big);
	for (at += 2; entries-- > 0 && n - at >= TIFF_ENTRY; at += TIFF_ENTRY) {
		unsigned v = tiff16(p + at + 8, big);

		if (tiff16(p + at, big) == ORIENTATION && tiff16(p + at + 2, big) == TIFF_SHORT)
			return v >= 2 && v <= 8 ? v : 0;
	}
	return 0;
}

/* An APP1 that says that alone. */
static void put_orientation(struct buf *out, unsigned v)
{
	static const char head[] = "\xff\xe1\x00\x22"
				   "Exif\0\0"
				   "MM\x00\x2a\x00\x00\x00\x08"
				   "\x00\x01"
				   "\x01\x12\x00\x03\x00\x00\x00\x01\x00";

	buf_add(out, head, sizeof head - 1);
	buf_u8(out, (uint8_t)v);
	buf_add(out, "\0\0\0\0\0\0", 6); /* the rest of the value; there is no other table */
}

/* -- JPEG ----------------------------------------------------------------------------------- */

enum {
	SOI = 0xd8,
	EOI = 0xd9,
	SOF0 = 0xc0,
	SOF1 = 0xc1,
	SOF2 = 0xc2,
	DHT = 0xc4,
	DQT = 0xdb,
	DRI = 0xdd,
	SOS = 0xda,
	DNL = 0xdc,
	APP0 = 0xe0,
	APP1 = 0xe1,
	APP14 = 0xee,
	APP15 = 0xef,
	COM = 0xfe,
	RST0 = 0xd0,
	RST7 = 0xd7
};

struct jpeg {
	struct walk w;
	unsigned frame;      /* its marker; 0: none yet */
	unsigned components; /* of the frame */
	int scans;
	bool told; /* which way up it is */
};

/* A segment: its marker at w.at, its payload behind that. */
typedef bool segment_check(struct jpeg *j, const unsigned char *p, size_t n);

/* Height 0 would be said behind the first scan (DNL), which few decoders know. */
static bool check_frame(struct jpeg *j, const unsigned char *p, size_t n)
{
	unsigned parts = n >= 6 ? p[5] : 0;

	if (j->frame || (parts != 1 && parts != 3 && parts != 4) || n != 6 + 3 * (size_t)parts || p[0] != 8)
		return broken(&j->w, "的帧头不对", "its frame header is wrong");
	j->frame = byte_at(&j->w, 1);
	j->components = parts;
	return size_fits(&j->w, big16(p + 3), big16(p + 1));
}

static bool check_quantization(struct jpeg *j, const unsigned char *p, size_t n)
{
	size_t at = 0;

	while (at < n && p[at] >> 4 <= 1 && (p[at] & 15) <= 3)
		at += 1 + (p[at] >> 4 ? 128 : 64);
	return (n > 0 && at == n) || broken(&j->w, "的量化表不对", "its quantization table is wrong");
}

static bool check_huffman(struct jpeg *j, const unsigned char *p, size_t n)
{
	size_t at = 0;

	while (n - at >= 17 && p[at] >> 4 <= 1 && (p[at] & 15) <= 3) {
		size_t codes = 0;

		for (int i = 1; i <= 16; i++)
			codes += p[at + (size_t)i];
		if (codes > 256 || n - at - 17 < codes)
			break;
		at += 17 + codes;
	}
	return (n > 0 && at == n) || broken(&j->w, "的编码表不对", "its Huffman table is wrong");
}

static bool check_restart(struct jpeg *j, const unsigned char *p, size_t n)
{
	(void)p;
	return n == 2 || broken(&j->w, "的重启间隔不对", "its restart interval is wrong");
}

static bool check_scan(struct jpeg *j, const unsigned char *p, size_t n)
{
	unsigned parts = n ? p[0] : 0;

	if (!j->frame || parts < 1 || parts > j->components || n != 4 + 2 * (size_t)parts)
		return broken(&j->w, "的扫描头不对", "its scan header is wrong");
	if (++j->scans > PICTURE_SCANS || (j->frame != SOF2 && j->scans > (int)j->components))
		return broken(&j->w, "的扫描太多", "it has too many scans");
	return true;
}

static segment_check *check_of(unsigned marker)
{
	switch (marker) {
	case SOF0:
	case SOF1:
	case SOF2:
		return check_frame;
	case DQT:
		return check_quantization;
	case DHT:
		return check_huffman;
	case DRI:
		return check_restart;
	case SOS:
		return check_scan;
	default:
		return NULL;
	}
}

/* What Adobe's programs say of the colours: without it some pictures show in others. */
static bool is_adobe(struct str s)
{
	return s.n == 12 && str_starts(s, STR("Adobe"));
}

/* A piece that a decoder may pass over. */
static void take_spare(struct jpeg *j, unsigned marker, struct str payload, size_t from)
{
	unsigned up = marker == APP1 && !j->told ? orientation_of(payload) : 0;

	if (up) {
		put_orientation(j->w.out, up);
		j->told = true;
	}
	if (marker == APP14 && is_adobe(payload))
		keep(&j->w, from, payload.n + 4);
}

/* The coded pixels behind a scan's header, up to the next marker. */
static bool take_pixels(struct jpeg *j)
{
	struct walk *w = &j->w;
	size_t from = w->at;

	for (;;) {
		const char *next = memchr(w->all.p + w->at, 0xff, left(w));
		unsigned marker;

		if (!next || (size_t)(next + 1 - w->all.p) >= w->all.n)
			return cut_short(w);
		w->at = (size_t)(next - w->all.p);
		marker = byte_at(w, 1);
		if (marker != 0 && marker != 0xff && (marker < RST0 || marker > RST7))
			break;
		w->at += marker == 0xff ? 1 : 2;
	}
	keep(w, from, w->at - from);
	return true;
}

/* The segment whose marker stands here. */
static bool take_segment(struct jpeg *j)
{
	struct walk *w = &j->w;
	unsigned marker = byte_at(w, 1);
	segment_check *check = check_of(marker);
	const unsigned char *p = (const unsigned char *)w->all.p + w->at;
	bool spare = (marker >= APP0 && marker <= APP15) || marker == COM;
	size_t n;

	if (!check && !spare)
		return broken(w, "是不支持的格式", "it is of a kind that is not taken");
	if (left(w) < 4)
		return cut_short(w);
	n = big16(p + 2);
	if (n < 2)
		return broken(w, "的长度不对", "its length is wrong");
	if (left(w) - 2 < n)
		return cut_short(w);
	if (check && !check(j, p + 4, n - 2))
		return false;
	if (spare)
		take_spare(j, marker, (struct str){(const char *)p + 4, n - 2}, w->at);
	else
		keep(w, w->at, n + 2);
	w->at += n + 2;
	return marker != SOS || take_pixels(j);
}

static bool walk_jpeg(struct walk *walk)
{
	struct jpeg j = {.w = *walk};
	struct walk *w = &j.w;

	keep(w, 0, 2);
	for (w->at = 2;;) {
		if (left(w) < 2)
			return cut_short(w);
		if (byte_at(w, 0) != 0xff)
			return broken(w, "不是 JPEG 数据", "it is no JPEG there");
		if (byte_at(w, 1) == 0xff) { /* filling */
			w->at++;
			continue;
		}
		if (byte_at(w, 1) == EOI)
			break;
		if (!take_segment(&j))
			return false;
	}
	if (j.scans == 0)
		return broken(w, "之前没有图像", "there is no image before it");
	keep(w, w->at, 2);
	return true;
}

/* -- PNG ------------------------------------------------------------------------------------ */

#define CHUNK_HEAD 8
#define CHUNK_AROUND 12

struct png {
	struct walk w;
	unsigned colour;
	bool header, palette, transparent, data, data_ended, ended;
};

/* CRC-32 as PNG has it (ISO 3309), by four bits at a time. */
static uint32_t crc_of(const unsigned char *p, size_t n)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190,
	    0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0,
	    0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t crc = 0xffffffff;

	for (size_t i = 0; i < n; i++) {
		crc ^= p[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

/* By the kind of colour, a bit for each depth that it may have. */
static bool depth_fits(unsigned depth, unsigned colour)
{
	static const unsigned depths[7] = {1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16, 0, 1 << 8 | 1 << 16,
	    1 << 1 | 1 << 2 | 1 << 4 | 1 << 8, 1 << 8 | 1 << 16, 0, 1 << 8 | 1 << 16};

	return colour < 7 && depth <= 16 && depths[colour] >> depth & 1;
}

static bool check_header(struct png *g, const unsigned char *p, size_t n)
{
	if (g->header || n != 13 || !depth_fits(p[8], p[9]) || p[10] || p[11] || p[12] > 1)
		return broken(&g->w, "的文件头不对", "its header is wrong");
	g->header = true;
	g->colour = p[9];
	return size_fits(&g->w, big32(p), big32(p + 4));
}

static bool check_palette(struct png *g, size_t n)
{
	bool fits = g->colour != 0 && g->colour != 4 && n > 0 && n <= 768 && n % 3 == 0;

	if (g->palette || g->transparent || g->data || !fits)
		return broken(&g->w, "的调色板不对", "its palette is wrong");
	g->palette = true;
	return true;
}

static bool check_transparency(struct png *g, size_t n)
{
	size_t most[] = {[0] = 2, [2] = 6, [3] = 256};
	bool known = g->colour == 0 || g->colour == 2 || (g->colour == 3 && g->palette);

	if (g->transparent || g->data || !known || n == 0 || n > most[g->colour])
		return broken(&g->w, "的透明色不对", "its transparency is wrong");
	g->transparent = true;
	return true;
}

static bool check_data(struct png *g)
{
	if (g->data_ended || (g->colour == 3 && !g->palette))
		return broken(&g->w, "的图像数据不对", "its image data are wrong");
	g->data = true;
	return true;
}

static bool check_end(struct png *g, size_t n)
{
	g->ended = true;
	return (n == 0 && g->data) || broken(&g->w, "的结尾不对", "its end is wrong");
}

/* A chunk is kept or left out, or the picture is refused: false. */
static bool judge_chunk(struct png *g, struct str name, const unsigned char *p, size_t n, bool *kept)
{
	*kept = true;
	if (str_is(name, "IHDR"))
		return check_header(g, p, n);
	if (!g->header)
		return broken(&g->w, "缺少文件头", "its header is missing");
	if (str_is(name, "IDAT"))
		return check_data(g);
	g->data_ended = g->data;
	if (str_is(name, "PLTE"))
		return check_palette(g, n);
	if (str_is(name, "tRNS"))
		return check_transparency(g, n);
	if (str_is(name, "IEND"))
		return check_end(g, n);
	*kept = false;
	if (name.p[0] & 0x20) /* a decoder may pass over it */
		return true;
	return broken(&g->w, "是不支持的内容", "it has something that is not taken");
}

static bool take_chunk(struct png *g)
{
	struct walk *w = &g->w;
	const unsigned char *p = (const unsigned char *)w->all.p + w->at;
	bool kept;
	size_t n;

	if (left(w) < CHUNK_AROUND)
		return cut_short(w);
	n = big32(p);
	if (n > left(w) - CHUNK_AROUND)
		return cut_short(w);
	if (crc_of(p + 4, n + 4) != big32(p + CHUNK_HEAD + n))
		return broken(w, "的校验不符", "its checksum is wrong");
	if (!judge_chunk(g, (struct str){(const char *)p + 4, 4}, p + CHUNK_HEAD, n, &kept))
		return false;
	if (kept)
		keep(w, w->at, n + CHUNK_AROUND);
	w->at += n + CHUNK_AROUND;
	return true;
}

static bool walk_png(struct walk *walk)
{
	struct png g = {.w = *walk};
	bool good = true;

	keep(&g.w, 0, png_signature.n);
	g.w.at = png_signature.n;
	while (good && !g.ended)
		good = take_chunk(&g);
	return good;
}

/* -- both ----------------------------------------------------------------------------------- */

enum picture_type picture_clean(struct str s, struct buf *out, struct arena *a, struct refusal *why)
{
	struct walk w = {.all = s, .out = out, .a = a, .why = why};
	enum picture_type type = picture_type(s);
	bool good;

	if (s.n > (size_t)PICTURE_MOST)
		good = refuse(why, a, ERROR_PARAMS, "image", "图片有 %zu 字节,最多 %lld 字节,请缩小后再传",
		    "the picture has %zu bytes, at most %lld are taken: make it smaller", s.n,
		    (long long)PICTURE_MOST);
	else if (type == PICTURE_NONE)
		good = refuse_as(why, ERROR_PARAMS, "image", "不是 JPEG 或 PNG 图片",
		    "neither a JPEG nor a PNG picture");
	else
		good = type == PICTURE_JPEG ? walk_jpeg(&w) : walk_png(&w);
	return good ? type : PICTURE_NONE;
}
