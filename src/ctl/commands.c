/*
 * commands.c - the table of liandongctl's commands. Help, bash completion and the man page's test
 * read it; a command that is not here does not exist.
 */
#include "ctl/ctl.h"

const struct ctl_command ctl_commands[] = {
    {"check", "", "检查配置:全部错误和提醒一次列出", ctl_check},
    {"status", "", "系统状态", ctl_status},
    {"reload", "[--why 缘由]", "重新读取配置(有错则保留原配置)", ctl_reload},
    {"units", "[单位]", "成员单位和现在该打的电话", ctl_units},
    {"report", "[--details] [--progress] 文件|-", "逐行报告警情(NDJSON),可中断后重来", ctl_report},
    {"incident list", "[--state S] [--unit U] [--area A] [--from T] [--to T] [--limit N] [--cursor C]",
	"警情列表,新的在前", ctl_incident_list},
    {"incident show", "编号", "一件警情:指令、时限、经过", ctl_incident_show},
    {"incident annotate", "编号 说明", "补充说明", ctl_incident_act},
    {"incident urge", "编号 [说明]", "报警人再次来电催促", ctl_incident_act},
    {"incident close", "编号 [说明]", "办结", ctl_incident_act},
    {"incident cancel", "编号 [说明]", "撤销,并撤回全部指令", ctl_incident_act},
    {"dispatch list", "--unit U [--limit N]", "一个单位未结的联动指令", ctl_dispatch_list},
    {"dispatch show", "指令", "一条联动指令", ctl_dispatch_show},
    {"dispatch deadlines", "指令", "每个时限从何而来、如何算出", ctl_dispatch_deadlines},
    {"dispatch add", "编号 单位 lead|assist|inform [--reason R]", "增派单位", ctl_dispatch_add},
    {"dispatch withdraw", "指令 --reason R", "撤回联动指令", ctl_dispatch_withdraw},
    {"dispatch acknowledge", "指令 --person P [--phone N] [--at T] [--eta T] [--text X]", "代单位签收",
	ctl_dispatch_act},
    {"dispatch depart", "指令 --person P [--phone N] [--at T] [--eta T] [--text X]", "代单位记出发", ctl_dispatch_act},
    {"dispatch arrive", "指令 --person P [--phone N] [--at T] [--text X]", "代单位记到场", ctl_dispatch_act},
    {"dispatch progress", "指令 --person P [--phone N] --text X [--at T] [--eta T]", "代单位报告进展",
	ctl_dispatch_act},
    {"dispatch complete", "指令 --person P [--phone N] --text 结果 [--at T]", "代单位记处置完毕", ctl_dispatch_act},
    {"route explain", "[--category C] [--priority P] [--area A] [--address X] [--units U,U] [--at T] 描述|编号",
	"说明一件警情为什么派给这些单位", ctl_route_explain},
    {"route test", "", "运行 routing-tests.yaml", ctl_route_test},
    {"events", "[--after SEQ] [--incident 编号] [--limit N] [--follow]", "事件", ctl_events},
    {"console", "", "接警台:录入警情,看事件到来", ctl_console},
    {"account add", "账号 --role desk|liaison|office|admin|integration [--unit U] [--commands C,C]",
	"新建账号或增发令牌(令牌只显示一次)", ctl_account_add},
    {"account list", "", "账号列表", ctl_account_list},
    {"account revoke", "账号", "停用账号的全部令牌", ctl_account_revoke},
    {"clock", "", "系统时钟", ctl_clock_show},
    {"clock advance", "时长", "手动时钟:逐个时限向前走", ctl_clock_advance},
    {"clock set", "时刻", "手动时钟:直接跳到", ctl_clock_set},
    {"backup", "文件", "运行中备份", ctl_backup},
    {"audit verify", "[--head SEQ:HASH] [--store 文件]", "校验事件链是否完整、未被改动", ctl_audit_verify},
};
const int ctl_command_count = (int)(sizeof ctl_commands / sizeof *ctl_commands);
