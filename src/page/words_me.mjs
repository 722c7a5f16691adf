/*
 * words_me.mjs - what the account's own page says.
 */
import { words } from './words.mjs';

words({
  mySessions: ['本账号的登录', 'Sessions of this account'], thisOne: ['本机', 'this one'], openedAt: ['{0} 登录', 'since {0}'],
  seenAt: ['最近使用 {0}', 'last used {0}'], endsAt: ['{0} 到期', 'until {0}'], endSession: ['结束', 'End'], withCode: ['登录码', 'code'],
  withToken: ['令牌', 'token'], signOut: ['退出登录', 'Sign out'],
  signOutUnsent: ['还有 {0} 步没有送出,退出就丢了', '{0} steps are not sent yet and would be lost'], signOutAnyway: ['仍要退出', 'Sign out anyway'],
  testSound: ['试音', 'Test the sound'], soundOn: ['声音:开', 'Sound: on'], soundOff: ['声音:关', 'Sound: off'],
  lettersOn: ['字母快捷键:开', 'Letter keys: on'], lettersOff: ['字母快捷键:关', 'Letter keys: off'],
  themeAuto: ['外观:随系统', 'Theme: system'], themeLight: ['外观:浅色', 'Theme: light'], themeDark: ['外观:深色', 'Theme: dark'],
  soundNote: ['网页关着时没有声音,只有短信叫得醒', 'A closed page makes no sound; only SMS wakes'],
  wallScreen: ['大厅的大屏', 'The screen in the hall'], wallAccount: ['大屏的账号', 'Account of the screen'], wallCode: ['发大屏的登录码', 'Make a code for the screen'],
  wallCodeNote: ['在大屏的浏览器里打开,{0} 前有效,只用一次', 'Open it on the screen before {0}; it is good once'],
  versionIs: ['版本 {0}', 'Version {0}'],
});
