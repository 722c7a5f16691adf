/*
 * datum.c - WGS-84 to GCJ-02 by the public formula. Place: domain; pure.
 *
 * The formula is a polynomial and sines around 105 E, 35 N, scaled from metres to degrees on the
 * Krasovsky 1940 ellipsoid. Outside the rectangle of China both systems are one.
 */
#include "domain/datum.h"
#include "base/str.h"

#include <math.h>

#define PI 3.14159265358979324
#define AXIS 6378245.0                   /* Krasovsky 1940, metres */
#define ECCENTRICITY 0.00669342162296594 /* squared */
#define METRES_A_DEGREE 111320.0

static double radians(double degrees)
{
	return degrees * PI / 180;
}

static bool in_china(double lon, double lat)
{
	return lon >= 72.004 && lon <= 137.8347 && lat >= 0.8293 && lat <= 55.8271;
}

/* Both shifts have the same fast waves, which go by the longitude. */
static double waves(double x)
{
	return (20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2 / 3;
}

static double shift_north(double x, double y)
{
	return -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) + waves(x) +
	    (20 * sin(y * PI) + 40 * sin(y / 3 * PI)) * 2 / 3 +
	    (160 * sin(y / 12 * PI) + 320 * sin(y / 30 * PI)) * 2 / 3;
}

static double shift_east(double x, double y)
{
	return 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) + waves(x) +
	    (20 * sin(x * PI) + 40 * sin(x / 3 * PI)) * 2 / 3 +
	    (150 * sin(x / 12 * PI) + 300 * sin(x / 30 * PI)) * 2 / 3;
}

bool datum_in_china(int64_t lon_micro, int64_t lat_micro)
{
	return lon_micro >= 73000000 && lon_micro <= 136000000 && lat_micro >= 3000000 &&
	    lat_micro <= 54000000;
}

void datum_to_gcj02(const char *datum, int64_t *lon_micro, int64_t *lat_micro)
{
	double lon = (double)*lon_micro / 1e6, lat = (double)*lat_micro / 1e6;
	double sine = sin(radians(lat)), magic = 1 - ECCENTRICITY * sine * sine, root = sqrt(magic);
	double north = shift_north(lon - 105, lat - 35), east = shift_east(lon - 105, lat - 35);

	if (!datum || strcmp(datum, "gcj02") == 0 || !in_china(lon, lat))
		return;
	*lat_micro += llround(north * 180 / (AXIS * (1 - ECCENTRICITY) / (magic * root) * PI) * 1e6);
	*lon_micro += llround(east * 180 / (AXIS / root * cos(radians(lat)) * PI) * 1e6);
}

double datum_metres(int64_t lon_a, int64_t lat_a, int64_t lon_b, int64_t lat_b)
{
	double dy = (double)(lat_a - lat_b) / 1e6 * METRES_A_DEGREE;
	double dx =
	    (double)(lon_a - lon_b) / 1e6 * METRES_A_DEGREE * cos(radians((double)(lat_a + lat_b) / 2e6));

	return sqrt(dx * dx + dy * dy);
}
