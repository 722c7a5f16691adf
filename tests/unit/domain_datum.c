/* domain_datum.c - locations of three coordinate systems in one, on points that are known. */
#include "unit.h"
#include "domain/datum.h"
#include <math.h>
#include <stdlib.h>

static void known_points(void **state)
{
	/* WGS-84 and GCJ-02, millionths of a degree: Zhangping; Shanghai, Shenzhen and Beijing as the tests
	 * of the public implementations have them */
	static const int64_t v[][4] = {{117420000, 25290000, 117425188, 25287381},
	    {121527211, 31177428, 121531542, 31175304}, {113912316, 22543847, 113917176, 22540796},
	    {116377817, 39911954, 116384047, 39913345}};

	(void)state;
	for (size_t i = 0; i < COUNT(v); i++) {
		int64_t lon = v[i][0], lat = v[i][1];

		datum_to_gcj02("wgs84", &lon, &lat);
		if (llabs(lon - v[i][2]) > 2 || llabs(lat - v[i][3]) > 2)
			fail_msg("point %zu is %lld, %lld", i, (long long)lon, (long long)lat);
		lon = v[i][0];
		lat = v[i][1];
		datum_to_gcj02("cgcs2000", &lon, &lat);
		assert_true(llabs(lon - v[i][2]) <= 2 && llabs(lat - v[i][3]) <= 2);
	}
}

static void what_stays(void **state)
{
	int64_t lon = 117420000, lat = 25290000;

	(void)state;
	datum_to_gcj02("gcj02", &lon, &lat);
	datum_to_gcj02(NULL, &lon, &lat);
	assert_true(lon == 117420000 && lat == 25290000);
	lon = 2352200; /* Paris */
	lat = 48856600;
	datum_to_gcj02("wgs84", &lon, &lat);
	assert_true(lon == 2352200 && lat == 48856600);
}

static void distances(void **state)
{
	int64_t lon = 117420000, lat = 25290000;

	(void)state;
	datum_to_gcj02("wgs84", &lon, &lat);
	assert_true(fabs(datum_metres(lon, lat, 117420000, 25290000) - 598) < 3);
	assert_true(datum_metres(lon, lat, 117425188, 25287381) < 1);
	assert_true(fabs(datum_metres(117420000, 25290000, 117420000, 25299000) - 1001.9) < 1);
	assert_true(datum_metres(1, 2, 1, 2) < 1e-9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_points),
	    cmocka_unit_test(what_stays),
	    cmocka_unit_test(distances),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
