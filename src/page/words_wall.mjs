/*
 * words_wall.mjs - what the screen in the hall says.
 */
import { words } from './words.mjs';

words({
  'wl.open': ['未结', 'Open'], 'wl.act': ['需处理', 'To act on'], 'wl.ack': ['待签收', 'To acknowledge'], 'wl.way': ['途中', 'On the way'],
  'wl.work': ['处置中', 'At work'], 'wl.call': ['待回访', 'To call back'], 'wl.decide': ['申请待决', 'To decide'], 'wl.overdue': ['已超时', 'Overdue'],
  'wl.urgent': ['最急的警情', 'The most urgent'], 'wl.more': ['另有 {0} 件未列出', '{0} more not shown'], 'wl.none': ['没有未结的警情', 'Nothing is open'],
  'wl.area': ['区域', 'Area'], 'wl.category': ['类别', 'Category'], 'wl.unit': ['单位', 'Unit'], 'wl.limit': ['时限', 'Limit'], 'wl.priority': ['级别', 'Priority'],
  'wl.noLead': ['没有主办', 'No lead'], 'wl.areas': ['各乡镇街道', 'Townships'], 'wl.schematic': ['示意图', 'schematic'],
  'wl.age': ['{0}秒前的数据', 'data {0} s old'], 'wl.stale': ['已断线 {0}:以下是 {1} 的情况', 'No connection for {0}: this is as of {1}'],
  'wl.tileOver': ['有超时', 'overdue'], 'wl.tileSoon': ['将到期', 'due soon'], 'wl.drill': ['演练', 'Drill'],
  'wl.note': ['不显示个人信息和保密的警情', 'Neither people nor confidential matters are shown'],
});
