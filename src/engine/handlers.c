/*
 * handlers.c - which function carries out which command: one row a command that the engine has.
 * Place: engine; turn.c walks it. A row that is missing is a command that the front ends carry out.
 */
#include "engine/core.h"

const struct handler handlers[COMMANDS] = {
    [COMMAND_INCIDENT_REPORT] = {want_number, report_run},
    [COMMAND_INCIDENT_AMEND] = {want_number, change_run},
    [COMMAND_INCIDENT_ANNOTATE] = {want_number, change_run},
    [COMMAND_INCIDENT_URGE] = {want_number, change_run},
    [COMMAND_INCIDENT_CLOSE] = {want_number, change_run},
    [COMMAND_INCIDENT_CANCEL] = {want_number, change_run},
    [COMMAND_DISPATCH_ADD] = {want_number, change_run},
    [COMMAND_DISPATCH_WITHDRAW] = {want_dispatch, change_run},
    [COMMAND_DISPATCH_DELIVER] = {want_dispatches, deliver_run},
    [COMMAND_DISPATCH_ACKNOWLEDGE] = {want_dispatch, change_run},
    [COMMAND_DISPATCH_DEPART] = {want_dispatch, change_run},
    [COMMAND_DISPATCH_ARRIVE] = {want_dispatch, change_run},
    [COMMAND_DISPATCH_PROGRESS] = {want_dispatch, change_run},
    [COMMAND_DISPATCH_COMPLETE] = {want_dispatch, change_run},
    [COMMAND_PERSONAL_READ] = {want_either, change_run},
    [COMMAND_CONFIG_RELOAD] = {.run = reload_run, .once = true},
    [COMMAND_ACCOUNT_ADD] = {.run = account_add_run},
    [COMMAND_ACCOUNT_REVOKE] = {.run = account_revoke_run},
    [COMMAND_CLOCK_GET] = {.run = clock_get_run},
    [COMMAND_CLOCK_ADVANCE] = {.run = clock_advance_run, .once = true},
    [COMMAND_CLOCK_SET] = {.run = clock_set_run},
    [COMMAND_STORE_BACKUP] = {.run = backup_run},
};
