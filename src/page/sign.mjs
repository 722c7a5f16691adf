/*
 * sign.mjs - signing in by a login code or a token, and signing in again over the page. It is loaded where it is needed.
 */
import { html, useEffect, useRef, useState } from './h.mjs';
import { ask, session } from './net.mjs';
import { Dialog } from './dialog.mjs';
import { Field } from './parts.mjs';
import { plain } from './say.mjs';
import { soundArm } from './sound.mjs';
import { english, w } from './words.mjs';
import './words_sign.mjs';

/* A code has eight characters, with blanks and hyphens as people write them; a token is longer. */
const isCode = (text) => text.replace(/[\s-]/g, '').length <= 12;

async function open(secret) {
  soundArm(); // the click is what lets the page sound later
  const text = secret.trim();
  const me = await ask('POST', '/v1/session', { body: isCode(text) ? { code: text } : { token: text }, quiet: true });
  await session({ quiet: true }).catch(() => {});
  return me;
}

/* done(me): signed in. over: it stands over a page that is kept. */
export function SignIn({ code, over, done }) {
  const [secret, setSecret] = useState(code || '');
  const [wrong, setWrong] = useState('');
  const [shown, setShown] = useState(Boolean(code));
  const [busy, setBusy] = useState(false);
  const field = useRef(null);
  useEffect(() => { if (field.current && !code) field.current.focus(); }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (!secret.trim() || busy) return;
    setBusy(true);
    try {
      done(await open(secret));
    } catch (problem) {
      setWrong(problem.status === 401 ? w('signInWrong') : problem.status === 0 ? w('signInNoNet') : problem.detail || problem.message);
    }
    setBusy(false);
  };
  return html`<form class="sign" onSubmit=${submit} method="post">
    ${!over && html`<h1>${w('title')}</h1>`}
    ${over && html`<p>${over}</p>`}
    <${Field} label=${w('secret')} hint=${w('secretHint')} error=${wrong && plain(wrong)}>${(more) => html`
      <span class="beside"><input ...${more} ref=${field} name="secret" type=${shown ? 'text' : 'password'} autocomplete="one-time-code" autocapitalize="none" spellcheck=${false}
        maxlength="200" value=${secret} onInput=${(e) => { setSecret(e.target.value); setWrong(''); }}/>
      <button type="button" class="quiet" aria-pressed=${shown} onClick=${() => setShown(!shown)}>${w(shown ? 'hideSecret' : 'showSecret')}</button></span>`}<//>
    <button type="submit" class="main" disabled=${busy || !secret.trim()}>${code ? w('linkCode') : w('signIn')}</button>
    ${!over && html`<p class="plain-link"><a href="/plain">${english ? 'Plain list' : '简版'}</a></p>`}
  </form>`;
}

/* The same over a page that is kept. close: where the person may go on without; none where the session has ended. code: of a link that was opened. */
export function SignOver({ code, fresh, close, done }) {
  return html`<${Dialog} title=${w('signIn')} kind="sign-over" close=${close}><${SignIn} key=${code} code=${code} over=${w(fresh ? 'signInFresh' : 'signInOver')} done=${done}/><//>`;
}
