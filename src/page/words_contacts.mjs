/*
 * words_contacts.mjs - the words of contacts.mjs, for the phone and for the office.
 */
import { words } from './words.mjs';

words({
  contacts: ['联系人', 'Contacts'], 'c.duty': ['值班', 'Duty'], 'c.liaison': ['联络员', 'Liaison'], 'c.person_in_charge': ['负责人', 'In charge'], 'c.leader': ['分管领导', 'Leader'],
  'c.phone': ['电话', 'phone'], 'c.name': ['姓名', 'name'], 'c.title': ['职务、时间', 'title, hours'], 'c.of': ['{0}:{1}', '{0}: {1}'], 'c.none': ['没有', 'none'],
  'c.placeholder': ['占位号码,请更改', 'made up: change it'], 'c.change': ['更改联系人', 'Change contacts'], 'c.send': ['提出更改', 'Propose'], 'c.sent': ['已提出,等联动办确认', 'Proposed: the office confirms it'],
  'c.note': ['联动办确认以后生效,在那以前仍打现在的电话。', 'In force once the office confirms it; until then the present phones are called.'],
  'c.phoneHint': ['几个电话用“、”分开,按打的次序;分机写“转801”', 'Several are parted by commas, in the order of calling'],
  'c.why': ['缘由(可不填)', 'Why (optional)'], 'c.whyIs': ['缘由:', 'Why:'], 'c.same': ['没有改动', 'Nothing is changed'],
  'c.waits': ['{0} 提出的更改,等联动办确认', 'Proposed {0}, waits for the office'], 'c.takeBack': ['撤回', 'Take back'], 'c.tookBack': ['已撤回', 'Taken back'],
  'c.declined': ['{0} 提出的更改没有同意:', 'What was proposed {0} was not granted:'], 'c.confirmed': ['{0} 提出的更改已生效', 'What was proposed {0} is in force'], 'c.erased': ['内容已到期删除', 'Erased by now'],
});
