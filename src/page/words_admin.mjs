/*
 * words_admin.mjs - what the administrator's face says.
 */
import { words } from './words.mjs';

words({
  'a.rules': ['规则', 'Rules'], 'a.units': ['单位', 'Units'], 'a.calendar': ['日历', 'Calendar'], 'a.rosters': ['值班表', 'Rosters'], 'a.accounts': ['账号', 'Accounts'],
  'a.file': ['文件', 'File'], 'a.edited': ['已改', 'edited'], 'a.inForce': ['生效版本 {0}', 'in force: {0}'], 'a.check': ['检查和用例', 'Check and test'], 'a.compare': ['与近 30 天对比', 'Compare with 30 days'],
  'a.explain': ['解释', 'Explain'], 'a.activate': ['生效…', 'Activate…'], 'a.drop': ['放弃改动', 'Drop the changes'], 'a.dropSure': ['放弃全部改动?', 'Drop all changes?'],
  'a.mustCheck': ['改动要先检查、对比,才能生效', 'Check and compare these very changes first'], 'a.checked': ['这些改动是版本 {0}', 'These changes make revision {0}'],
  'a.errors': ['{0} 个错误', '{0} errors'], 'a.warnings': ['{0} 个提醒', '{0} warnings'], 'a.testsRun': ['{0} 个用例通过', '{0} cases passed'], 'a.fine': ['没有错误', 'No errors'], 'a.goLine': ['第 {0} 行', 'line {0}'],
  'a.text': ['{0} 的内容', 'Text of {0}'], 'a.moved': ['{1} 件中有 {0} 件会派给别的单位', '{0} of {1} would go elsewhere'], 'a.leadMoved': ['其中 {0} 件主办改变', '{0} of them with another lead'],
  'a.byRule': ['按规则', 'By rule'], 'a.byUnit': ['按单位', 'By unit'], 'a.examples': ['例', 'examples'], 'a.lost': ['减', 'lost'], 'a.gained': ['增', 'gained'], 'a.second': ['须由第二名管理员同意:{0}', 'A second administrator has to approve: {0}'],
  'a.p1': ['危急类别的主办改变', 'Another lead of a critical category'], 'a.contactsOnly': ['只改了电话和人员', 'Only phones and people changed'], 'a.why': ['为什么改', 'Why'], 'a.activated': ['已生效', 'In force'], 'a.proposed': ['已提出,等第二名管理员同意', 'Proposed; a second administrator has to approve'],
  'a.changedTitle': ['别人已经换了版本', 'Another revision came into force'], 'a.changedNote': ['你的改动还在。左边是现在生效的,右边是你的;没有覆盖任何一边。', 'Your changes are kept. Left is what is in force, right is yours; nothing was overwritten.'],
  'a.theirs': ['现在生效的', 'In force'], 'a.yours': ['你的', 'Yours'], 'a.onTop': ['在新版本上保留我的改动', 'Keep mine upon the new one'], 'a.takeTheirs': ['用新版本', 'Take the new one'],
  'a.revisions': ['版本', 'Revisions'], 'a.rollback': ['退回这一版', 'Roll back to it'], 'a.rollbackTitle': ['退回 {0}', 'Roll back to {0}'], 'a.rolledBack': ['已退回', 'Rolled back'], 'a.waiting': ['等第二名管理员同意', 'Waits for a second administrator'],
  'a.approve': ['同意', 'Approve'], 'a.approveTitle': ['同意 {0} 生效', 'Approve {0}'], 'a.approved': ['已同意', 'Approved'], 'a.proposedBy': ['{0} 提出', 'proposed by {0}'],
  'a.explainText': ['报警内容', 'What is reported'], 'a.explainArea': ['区域', 'Area'], 'a.explainGo': ['派给谁', 'Who gets it'], 'a.matched': ['用上的规则', 'Rules that matched'], 'a.noMatch': ['没有规则', 'No rule'], 'a.explainNote': ['按现在生效的版本', 'By the revision in force'],
  'a.duty': ['值班', 'duty'], 'a.liaison': ['联络员', 'liaison'], 'a.person_in_charge': ['负责人', 'in charge'], 'a.leader': ['分管领导', 'leader'], 'a.editPhones': ['改电话', 'Edit phones'], 'a.editPhonesTitle': ['{0} 的电话', 'Phones of {0}'],
  'a.inRules': ['已写入改动,请到“规则”检查、生效', 'Written into the changes; check and activate them under Rules'], 'a.placeholder': ['占位号码', 'placeholder'], 'a.tier': ['{0} 级', 'tier {0}'], 'a.findUnit': ['找单位', 'Find a unit'], 'a.badPhone': ['电话是数字、+ 和 -', 'Digits, + and - only'],
  'a.noYear': ['没有 {0} 年的放假安排,按普通周末推算', 'No holidays are known for {0}; weekends are assumed'], 'a.holiday': ['放假', 'holiday'], 'a.makeUp': ['调休上班', 'make-up day'], 'a.workday': ['上班', 'working day'], 'a.weekend': ['周末', 'weekend'],
  'a.dayTitle': ['{0}', '{0}'], 'a.dayIs': ['这一天', 'This day is'], 'a.dayPlain': ['按周几', 'as its weekday'], 'a.dayName': ['节日', 'Holiday'], 'a.officeHours': ['办公时间', 'Office hours'], 'a.yearBefore': ['上一年', 'Year before'], 'a.yearAfter': ['下一年', 'Year after'],
  'a.month': ['{0}月', '{0}'], 'a.legend': ['点一天改它', 'Press a day to change it'], 'a.weekShort': ['一二三四五六日', 'MTWTFSS'],
  'a.noRosters': ['没有值班表:在“规则”里写 rosters.yaml,或用 liandongctl duty import', 'There are no rosters: write rosters.yaml under Rules, or use liandongctl duty import'],
  'a.rosterHow': ['把人拖过几天,或选几天(方向键,Shift 连选)再按人的数字;0 按班次', 'Drag a person over days, or choose days (arrows, with Shift several) and type the person’s digit; 0 is by the shifts'],
  'a.undoStep': ['撤销一步', 'Undo a step'], 'a.byShifts': ['按班次', 'By the shifts'], 'a.chosen': ['{0}:选定的时段', '{0}: the chosen time'], 'a.assign': ['由他们值班', 'They are on duty'], 'a.swapped': ['调班', 'swap'],
  'a.newAccount': ['新建账号', 'New account'], 'a.name': ['账号', 'Account'], 'a.role': ['角色', 'Role'], 'a.unit': ['单位', 'Unit'], 'a.tokenOnce': ['令牌只在这里显示一次,抄下或扫码以后关闭', 'The token is shown here once'], 'a.token': ['令牌', 'Token'],
  'a.code': ['登录码', 'Login code'], 'a.codeTitle': ['{0} 的登录码', 'Login code of {0}'], 'a.codeNote': ['十分钟内用一次。念给他,或让他扫码', 'Good once, for ten minutes. Read it out, or let them scan it'], 'a.scan': ['扫码打开登录页', 'Scan to open the sign-in page'],
  'a.revoke': ['停用', 'Revoke'], 'a.revokeTitle': ['停用 {0}', 'Revoke {0}'], 'a.revokeNote': ['它的令牌、登录和连接一秒内全部失效', 'Its tokens, sessions and connections end within a second'], 'a.revoked': ['已停用', 'Revoked'], 'a.sessions': ['登录', 'Sessions'], 'a.sessionsTitle': ['{0} 的登录', 'Sessions of {0}'],
  'a.endAll': ['全部结束', 'End all'], 'a.ended': ['已结束', 'Ended'], 'a.noSessions': ['没有登录', 'No sessions'], 'a.live': ['在用', 'live'], 'a.anotherToken': ['再发一个令牌', 'Another token'], 'a.certificateOf': ['证书 {0}', 'certificate {0}'], 'a.nameRule': ['小写字母、数字、- 和 .', 'lower case letters, digits, - and .'],
  'role-integration': ['接入系统', 'System'],
});
