/*
 * words_wide.mjs - what the faces of wide screens and the account's own page say: a phone's first load goes without.
 */
import { words } from './words.mjs';

words({
  'role-desk': ['接警台', 'Desk'],
  'role-shift-leader': ['值班长', 'Shift leader'],
  'role-liaison': ['联络员', 'Liaison'],
  'role-office': ['联动办', 'Joint action office'],
  'role-admin': ['管理员', 'Administrator'],
  'role-wall': ['大屏', 'Screen in the hall'],
  cancel: ['取消', 'Cancel'],
  confirm: ['确定', 'OK'],
  more: ['更多', 'More'],
  back: ['返回', 'Back'],
  print: ['打印', 'Print'],
  needed: ['请填写', 'Please fill in'],
  noPage: ['没有这一页', 'There is no such page'],
  officeOpen: ['办公时间至 {0}', 'office hours until {0}'],
  officeShut: ['非办公时间,{0} 上班', 'office shut until {0}'],
});
