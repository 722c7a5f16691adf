/*
 * datum.h - locations of several coordinate systems made comparable, and how far they are apart.
 *
 * Maps in China draw GCJ-02, receivers give WGS-84, surveys CGCS2000, which differs from WGS-84 by
 * centimetres and is taken for it. GCJ-02 and WGS-84 differ by 500 m and more: two reports of one pipe
 * are compared in GCJ-02, by the formula that is public.
 */
#ifndef DOMAIN_DATUM_H
#define DOMAIN_DATUM_H
#include <stdbool.h>
#include <stdint.h>

/* Could it be in China at all? What is not was mistyped or measured badly, and says nothing of how far two incidents are apart. */
bool datum_in_china(int64_t lon_micro, int64_t lat_micro);
/* Turns a location of this datum (NULL: gcj02), in millionths of a degree, into GCJ-02. */
void datum_to_gcj02(const char *datum, int64_t *lon_micro, int64_t *lat_micro);
/* Metres between two locations of one datum that are near each other. */
double datum_metres(int64_t lon_a, int64_t lat_a, int64_t lon_b, int64_t lat_b);

#endif
