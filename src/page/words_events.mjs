/*
 * words_events.mjs - what happened, by the event's type: for the timelines of the desk and of the office.
 */
import { words } from './words.mjs';

words({
  'was-description': ['描述原为:', 'Description was:'], 'was-address': ['地址原为:', 'Address was:'], 'was-name': ['报警人原为:', 'Caller was:'],
  'was-phone': ['电话原为:', 'Phone was:'], 'was-place': ['位置原为:', 'Place was:'],
  'e-incident.reported': ['报告警情', 'Reported'], 'e-incident.amended': ['更正', 'Amended'], 'e-incident.annotated': ['补充说明', 'Note'],
  'e-incident.urged': ['再次来电', 'Urged by a caller'], 'e-incident.completed': ['主办办完', 'Lead is done'], 'e-incident.closed': ['办结', 'Closed'],
  'e-incident.cancelled': ['作废', 'Cancelled'], 'e-incident.joined': ['并入同一事项', 'Joined'], 'e-incident.linked': ['关联', 'Linked'],
  'e-incident.reopened': ['重新办理', 'Reopened'], 'e-incident.called-back': ['已回访', 'Called back'], 'e-incident.held': ['保留个人信息', 'Personal data held'],
  'e-incident.late': ['接警台逾期', 'Late by the desk'], 'e-dispatch.issued': ['下达', 'Issued'], 'e-dispatch.delivered': ['送达', 'Delivered'],
  'e-dispatch.acknowledged': ['签收', 'Acknowledged'], 'e-dispatch.departed': ['出发', 'Departed'], 'e-dispatch.arrived': ['到场', 'Arrived'],
  'e-dispatch.progressed': ['反馈', 'Report'], 'e-dispatch.completed': ['办完', 'Done'], 'e-dispatch.withdrawn': ['撤回', 'Withdrawn'],
  'e-dispatch.overdue': ['时限已过', 'Limit passed'], 'e-dispatch.late': ['计入超时', 'Counted as late'], 'e-dispatch.judged': ['认定有变化', 'Judged anew'],
  'e-dispatch.relieved': ['先期处置交接', 'Relieved'], 'e-dispatch.promoted': ['协办转主办', 'Made the lead'], 'e-dispatch.rescheduled': ['时限改了', 'Limit moved'],
  'e-dispatch.reopened': ['指令重新办理', 'Reopened'], 'e-dispatch.corrected': ['步骤更正', 'Step corrected'], 'e-dispatch.voided': ['不计考评', 'Does not count'],
  'e-reminder.sent': ['提醒', 'Reminder'], 'e-escalation.raised': ['报分管领导、联动办', 'Escalated'],
  'e-escalation.raised-graver-follower': ['归入的一件更紧急', 'A caller who joined is more urgent'], 'e-escalation.raised-other-units': ['归入的一件还要别的单位', 'A caller who joined needs other units'],
  'e-escalation.raised-later-words': ['后来说到危险', 'Danger was said later'],
  'e-request.asked': ['提出申请', 'Asked'],
  'e-request.granted': ['同意', 'Granted'], 'e-request.rejected': ['不同意', 'Rejected'], 'e-request.lapsed': ['申请逾期未决', 'Lapsed'],
  'e-request.dropped': ['撤回申请', 'Request dropped'], 'e-callback.recorded': ['回访', 'Call-back'], 'e-finding.opened': ['列为考评事项', 'Finding opened'],
  'e-finding.graded': ['超时多久有变化', 'Finding graded'], 'e-finding.confirmed': ['单位确认', 'Finding confirmed'], 'e-finding.upheld': ['维持', 'Finding upheld'],
  'e-finding.voided': ['撤销', 'Finding void'], 'e-ownership.recorded': ['权属登记', 'Ownership recorded'], 'e-personal.erased': ['个人信息到期删除', 'Personal data erased'],
  'e-notice.delivered': ['通知已发到', 'Notice arrived'], 'e-notice.failed': ['通知没有发到,请打电话', 'Notice failed: phone them'], 'e-notice.retried': ['通知再发一次', 'Notice sent again'], 'e-dispatch.taken': ['对方平台已收下', 'Taken by the partner'], 'e-exchange.compared': ['与对方平台核对', 'Compared with the partner'],
  'e-contacts.proposed': ['提出更改联系人', 'Contacts proposed'], 'e-contacts.decided': ['联系人更改的结果', 'Contacts decided'],
  'e-personal.read': ['看了完整内容', 'Read in full'], 'e-photo.added': ['附上照片', 'Photo added'], 'e-clock.stepped': ['系统时钟被拨动', 'Clock stepped'], 'e-system.resumed': ['停机之后', 'System resumed'],
});
