/*
 * words_sign.mjs - what signing in says.
 */
import { words } from './words.mjs';

words({
  signIn: ['登录', 'Sign in'], secret: ['登录码或令牌', 'Login code or token'],
  secretHint: ['登录码八个字符,向管理员或接警台要;令牌由管理员发', 'A code has eight letters; the administrator or the desk gives one'],
  signInWrong: ['登录码或令牌不对,或已经用过、过期', 'That code or token is not good, was used, or has expired'],
  signInOver: ['登录已失效,请再登录一次;已写的内容都在', 'Your session has ended; sign in again. What you wrote is kept'],
  signInFresh: ['改规则和账号要再出示一次令牌', 'Show your token again to change rules and accounts'],
  showSecret: ['显示', 'Show'], hideSecret: ['隐去', 'Hide'],
  linkCode: ['用这个登录码登录', 'Sign in with this code'],
});
