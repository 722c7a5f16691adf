/*
 * words_told.mjs - what became of notices, in words.
 */
import { words } from './words.mjs';

words({
  told: ['通知情况', 'Notices'],
  'told-instruction': ['指令', 'instruction'], 'told-escalation': ['升级', 'escalation'], 'told-decision': ['决定', 'decision'], 'told-reminder': ['催办', 'reminder'], 'told-digest': ['汇总', 'digest'],
  'who-duty': ['值班', 'duty'], 'who-liaison': ['联络员', 'liaison'], 'who-person-in-charge': ['负责人', 'person in charge'], 'who-leader': ['分管领导', 'leader'], 'who-desk': ['110 台', 'desk'],
  'who-shift-leader': ['值班长', 'shift leader'], 'who-office': ['联动办', 'office'],
  'is-told-queued': ['待发', 'queued'], 'is-told-accepted': ['已发,等回执', 'sent'], 'is-told-delivered': ['已送达', 'delivered'], 'is-told-opened': ['已查看', 'opened'], 'is-told-acted': ['已办理', 'acted upon'],
  'is-told-unknown': ['不知是否收到', 'unknown'], 'is-told-stale': ['过期未发', 'stale'], 'is-told-dead': ['没有发到,请打电话', 'not delivered: phone them'], 'is-told-cancelled': ['不必再发', 'not needed'],
  'way-waiting': ['待发', 'waiting'], 'way-sending': ['在发', 'sending'], 'way-accepted': ['已受理', 'accepted'], 'way-delivered': ['送达', 'delivered'], 'way-unknown': ['不明', 'unknown'],
  'way-failed': ['失败', 'failed'], 'way-ended': ['不必再发', 'not needed'],
  'kind-webhook': ['接口', 'webhook'], 'kind-wecom-bot': ['企业微信群', 'WeCom group'], 'kind-wecom-app': ['企业微信', 'WeCom'], 'kind-dingtalk-bot': ['钉钉群', 'DingTalk group'], 'kind-feishu-bot': ['飞书群', 'Feishu group'],
  'kind-sms-http': ['短信', 'SMS'], 'kind-smtp': ['邮件', 'mail'], 'kind-voice': ['电话', 'call'],
  'why-channel-broken': ['通道停用中', 'channel is shut'], 'why-name-unknown': ['找不到主机', 'no such host'], 'why-no-connection': ['连不上', 'no connection'], 'why-too-slow': ['没有及时应答', 'too slow'], 'why-no-answer': ['没有应答', 'no answer'],
  'why-answer-cut': ['应答不完整', 'answer cut short'], 'why-connection-lost': ['连接断了', 'connection lost'], 'why-tls': ['TLS 连接不成', 'TLS failed'], 'why-tls-certificate': ['证书不对', 'wrong certificate'], 'why-tls-not-offered': ['对方不加密', 'no TLS offered'],
  'why-tls-authorities': ['CA 文件不能用', 'CA file unusable'], 'why-address-forbidden': ['不许去的地址', 'forbidden address'], 'why-answer-too-large': ['应答太长', 'answer too large'], 'why-not-http': ['应答不是 HTTP', 'not HTTP'], 'why-login-denied': ['账号或密码不对', 'login denied'], 'why-interrupted': ['通知进程中断', 'interrupted'],
  silentUnits: ['一周内通知不到的单位', 'Units that could not be told this week'], silentTimes: ['{0} 次', '{0} times'], silentLast: ['最近 {0}', 'last {0}'],
});
