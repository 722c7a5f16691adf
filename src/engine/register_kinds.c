/*
 * register_kinds.c - what the entries of each kind do at their wakes; NULL: nothing.
 * Place: engine, over the files that do it.
 */
#include "engine/adopt.h"
#include "engine/duty.h"
#include "engine/modes.h"
#include "engine/register.h"

register_wake_fn *const register_wakes[ENTRY_KINDS] = {
    [ENTRY_MODE] = mode_wake,
    [ENTRY_DUTY_PLAN] = duty_plan_wake,
    [ENTRY_REVISION] = adopt_wake,
};
