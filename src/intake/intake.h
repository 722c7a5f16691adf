/* intake.h - the process that serves the desks' consoles and the control socket. */
#ifndef INTAKE_INTAKE_H
#define INTAKE_INTAKE_H
#include "front/child.h"

int intake_main(const struct child *c);

#endif
