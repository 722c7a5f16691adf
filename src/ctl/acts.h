/*
 * acts.h - liandongctl's commands that come from the command table: "dispatch acknowledge" of
 * dispatch.acknowledge. Their arguments are the command's parameters.
 */
#ifndef CTL_ACTS_H
#define CTL_ACTS_H
#include "ctl/ctl.h"

/* What the parameter is called as an option, without its dashes: "person", "if-match". In the arena. */
const char *acts_option(struct arena *a, enum field f);
/* How the act is written: "联动指令编号 处置结果 [说明] [--at 发生时间] …". In the arena. */
const char *acts_usage(struct arena *a, enum command_kind_id kind);
/* Carries out ctl->command, an act. */
int acts_run(struct ctl *ctl, int argc, char **argv);

#endif
