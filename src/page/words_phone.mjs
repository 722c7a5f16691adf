/*
 * words_phone.mjs - what the liaison's phone says.
 */
import { words } from './words.mjs';

words({
  menu: ['菜单', 'Menu'], todo: ['待办', 'To do'], doneList: ['已办', 'Done'], findings: ['考评事项', 'Findings'], ownContacts: ['本单位联系人', 'Our contacts'], plainList: ['简版(不用脚本)', 'Plain list (no scripts)'],
  offlineQueued: ['已记下 {0} 步,等网络恢复自动送出。点按时刻算数。', '{0} steps are kept and go by themselves when there is a network. The time of the tap counts.'],
  offlineOnly: ['没有网络。签收、出发、到场照样可以点,先记下。', 'No network. You can still tap; it is kept.'],
  refusedStep: ['{0}没有送成:{1}', '{0} was not taken: {1}'], discard: ['不送了', 'Discard'],
  issuedAt: ['{0}下达', 'issued {0}'], desk: ['接警台', 'Desk'], callReporter: ['打给报警人', 'Call the reporter'],
  'do-acknowledge': ['签收', 'Acknowledge'], 'do-depart': ['出发', 'Depart'], 'do-arrive': ['到场', 'Arrive'], 'do-progress': ['反馈', 'Report'],
  'do-complete': ['办完', 'Done'], 'do-return': ['申请改派', 'Reassign'], 'do-photos': ['照片', 'Photos'],
  'sub-acknowledge': ['限 {0} 前 · 表示已有人接手', 'by {0} · somebody has taken it'], 'sub-acknowledge-none': ['表示已有人接手', 'somebody has taken it'],
  'sub-depart': ['记下此刻', 'notes this moment'], 'sub-arrive': ['记下此刻 · 3 秒内可撤销', 'notes this moment · 3 s to undo'],
  'sub-complete': ['填写处置结果', 'say what was done'],
  arrivedUndo: ['已记到场 {0}', 'Arrived {0}'], next: ['下一件', 'Next'],
  noneOpen: ['没有待办的指令。有新指令时本页会响、会震动。', 'Nothing to do. A new instruction makes this page sound.'],
  others: ['其余 {0} 件', '{0} others'], newOne: ['新指令', 'New'], gone: ['这条指令已不在本单位名下', 'This instruction is no longer yours'],
  withdrawn: ['已撤回', 'withdrawn'], finished: ['已办完', 'done'], stillYours: ['已申请改派,等待决定。仍由贵单位负责,时限继续计算。', 'Asked to be reassigned. You stay responsible and the limits run on.'],
  hiddenTexts: ['保密警情,内容请电话询问接警台', 'Confidential; ask the desk by phone'],
  whatHappens: ['现场情况', 'What happens there'], 'ph-called': ['已联系报警人', 'Reporter called'], 'ph-way': ['正在赶往现场', 'On the way'], 'ph-working': ['正在处置', 'Working on it'],
  'ph-help': ['需要增援', 'Help needed'], eta: ['预计', 'Expected in'], evidence: ['录音等编号', 'Numbers of recordings'],
  result: ['处置结果', 'What was done'], 'rs-done': ['已处置完毕,恢复正常', 'Done, all is normal'], 'rs-temporary': ['已临时处置,后续另行施工', 'Made safe, work follows'],
  'rs-nothing': ['到场未发现所报情况', 'Nothing found'], 'rs-told': ['已向报警人说明', 'Explained to the reporter'],
  textNeeded: ['请写现场情况,或选一句', 'Say something, or choose a phrase'],
  whyReturn: ['理由', 'Reason'], toUnit: ['建议由哪个单位办', 'Which unit instead'], dontKnow: ['不清楚', 'not known'], explain: ['说明', 'Explain'],
  returnNote: ['申请后仍由贵单位负责,时限继续计算,直到接警台决定。', 'You stay responsible and the limits run on until the desk decides.'],
  chooseReason: ['请选理由', 'Choose a reason'], noneDone: ['近三十天没有办完的指令', 'None done in thirty days'], noFindings: ['没有考评事项', 'No findings'],
  confirmMonth: ['确认 {0}', 'Confirm {0}'], monthOpen: ['{0}:{1} 项待确认', '{0}: {1} to confirm'], confirmAll: ['确认这 {0} 项', 'Confirm all {0}'],
  confirmNote: ['确认后这 {0} 项计入考评,不能再申请复核。不同意的请先申请复核。', 'The {0} count from then on and cannot be appealed. Appeal first what you do not agree with.'],
  monthDone: ['{0} 已确认', '{0} is confirmed'], monthSaid: ['{0} 已确认 {1} 项', '{0}: {1} confirmed'],
  appeal: ['申请复核', 'Appeal'], appealUntil: ['{0} 前可申请复核', 'appeal until {0}'], appealed: ['已申请复核', 'appealed'],
  sent: ['已送出', 'sent'], dispatchNo: ['指令', 'Instruction'], callers: ['{0} 人报告', '{0} callers'], urged: ['催促 {0} 次', 'urged {0} times'],
});
