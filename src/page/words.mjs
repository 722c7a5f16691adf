/*
 * words.mjs - all that the page says, in Chinese and in English: one table, to which a face adds its own rows. Which language it is the
 * document says, which the server made in the one of its configuration; its build has taken the other one out. {0} is the first value.
 */
const column = document.documentElement.lang === 'en' ? 1 : 0;
const table = {};

/* rows: key -> [Chinese, English] */
export function words(rows) {
  Object.assign(table, rows);
}

export const english = column === 1;

export function w(key, ...values) {
  const row = table[key];
  if (!row) return key;
  const text = typeof row === 'string' ? row : row[column];
  return values.length ? text.replace(/\{(\d)\}/g, (_, i) => values[i] ?? '') : text;
}

/* Is there such a row? */
export const known = (key) => key in table;

words({
  title: ['110 社会联动', '110 joint action'],
  weekday0: ['周日', 'Sun'], weekday1: ['周一', 'Mon'], weekday2: ['周二', 'Tue'], weekday3: ['周三', 'Wed'],
  weekday4: ['周四', 'Thu'], weekday5: ['周五', 'Fri'], weekday6: ['周六', 'Sat'],
  yesterday: ['昨天', 'yesterday'], tomorrow: ['明天', 'tomorrow'],
  monthDay: ['{0}月{1}日', '{0}/{1}'], yearMonthDay: ['{0}年{1}月{2}日', '{0}/{1}/{2}'],
  seconds: ['{0} 秒', '{0} s'], minutes: ['{0} 分钟', '{0} min'], hours: ['{0} 小时', '{0} h'], days: ['{0} 天', '{0} days'],
  over: ['{0}超', '{0} over'], left: ['{0}余', '{0} in'], until: ['{0}限', '{0} by'],
  'clock-delivery': ['送达', 'delivery'], 'clock-acknowledge': ['签收', 'acknowledge'], 'clock-arrive': ['到场', 'arrive'],
  'clock-first-report': ['反馈', 'report'], 'clock-next-report': ['反馈', 'report'], 'clock-lead-missing': ['另派', 'assign'],
  'clock-callback': ['回访', 'call back'], 'clock-decide': ['决定', 'decide'],
  officeTime: ['办公时间', 'office hours'], noLimit: ['尽快{0}', '{0} soon'],
  P1: ['危急', 'Critical'], P2: ['紧急', 'Urgent'], P3: ['求助', 'Help'], P4: ['非紧急', 'Routine'],
  lead: ['主办', 'lead'], assist: ['协办', 'assist'], inform: ['知会', 'informed'],
  'step-delivered': ['送达', 'Delivered'], 'step-acknowledged': ['签收', 'Acknowledged'], 'step-departed': ['出发', 'Departed'],
  'step-arrived': ['到场', 'Arrived'], 'step-completed': ['办完', 'Done'],
  live: ['实时', 'live'], online: ['在线', 'online'], starting: ['正在连接', 'connecting'], offline: ['离线', 'offline'],
  stale: ['已断线 {0}', 'no connection for {0}'], staleLong: ['已断线,正在重连,列表可能不是最新', 'No connection; reconnecting. The list may be old.'],
  skewAhead: ['本机时钟快 {0},倒计时按服务器的时间', 'This clock is {0} ahead; limits go by the server’s'],
  skewBehind: ['本机时钟慢 {0},倒计时按服务器的时间', 'This clock is {0} behind; limits go by the server’s'],
  newBuild: ['系统已更新,刷新后使用新版', 'There is a new version of this page'], refresh: ['刷新', 'Reload'],
  restored: ['数据已从备份恢复,已重新读取全部', 'The data were restored from a backup; all was read anew'],
  close: ['关闭', 'Close'], send: ['发送', 'Send'], retry: ['重试', 'Try again'],
  loading: ['正在读取', 'Loading'], undo: ['撤销', 'Undo'],
  resultNeeded: ['请写处置结果', 'Say what was done'], reasonNeeded: ['请写明理由', 'Say why'], optional: ['可不填', 'optional'],
  noAnswer: ['没有连上系统,正在重试。请用电话', 'No connection to the system; trying again. Use the phone'],
  wrongAnswer: ['系统没有办成:{0}', 'That did not work: {0}'],
  changedMeanwhile: ['已被他人改动,请核对后再办', 'It was changed meanwhile; look again'],
  noFace: ['这个账号没有网页,请用它的程序接口', 'This account has no page; use its interface'],
  pageBroken: ['网页出错了,请刷新。已写的内容还在', 'The page failed; reload it'],
  me: ['我的登录', 'My sessions'],
  troubles: ['系统提醒', 'System notices'],
  signInNoNet: ['没有连上系统,请检查网络', 'No connection to the system'],
  signedOther: ['登录的是另一个账号,已重新打开', 'That is another account; the page was opened anew'],
  etaIs: ['预计 {0} 到', 'expected {0}'], drill: ['演练', 'Drill'], notDelivered: ['未送达', 'not delivered'], waiting: ['待送', 'not sent'], implied: ['推定', 'implied'],
});
