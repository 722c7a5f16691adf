/*
 * me.mjs - the account's own sessions and this browser's settings (#/me), and the way out.
 */
import { html, themeNow, themeSet, useState } from './h.mjs';
import { redraw, state } from './store.mjs';
import { ask, get, newKey, post } from './net.mjs';
import { Act, Field, Read, tried, useUntold } from './parts.mjs';
import { say } from './say.mjs';
import { when, ms } from './time.mjs';
import { link } from './route.mjs';
import { lettersOff, setLettersOff } from './keys.mjs';
import { soundOff, soundSet, soundTest } from './sound.mjs';
import { w } from './words.mjs';
import './words_wide.mjs';
import './words_me.mjs';

function Sessions() {
  const got = useUntold(() => get('/v1/sessions', { account: state.me.account }));
  const end = (one) => tried(async () => {
    await ask('DELETE', `/v1/sessions/${encodeURIComponent(one.session)}`);
    got.again();
  });
  return html`<section><h2>${w('mySessions')}</h2><${Read} got=${got}>${(value) => html`<ul class="lines">${value.sessions.map((one) => html`
    <li key=${one.session}><span>${w('openedAt', when(ms(one.opened_at)))} · ${w(one.with === 'code' ? 'withCode' : 'withToken')}
      <small>${w('seenAt', when(ms(one.seen_at)))} · ${w('endsAt', when(ms(one.until)))}</small></span>
      ${one.current ? html`<b>${w('thisOne')}</b>` : html`<${Act} act=${() => end(one)} label=${`${w('endSession')} ${when(ms(one.opened_at))}`}>${w('endSession')}<//>`}</li>`)}</ul>`}<//></section>`;
}

const themes = ['auto', 'light', 'dark'];
function Settings() {
  const next = themes[(themes.indexOf(themeNow()) + 1) % 3];
  const name = { auto: 'themeAuto', light: 'themeLight', dark: 'themeDark' }[themeNow()];
  return html`<section class="settings">
    <button type="button" onClick=${() => { themeSet(next); redraw(); }}>${w(name)}</button>
    <button type="button" aria-pressed=${!soundOff()} onClick=${() => { soundSet(soundOff()); redraw(); }}>${w(soundOff() ? 'soundOff' : 'soundOn')}</button>
    <button type="button" onClick=${soundTest}>${w('testSound')}</button>
    ${state.me.role !== 'liaison' && html`<button type="button" aria-pressed=${!lettersOff()} onClick=${() => { setLettersOff(!lettersOff()); redraw(); }}>${w(lettersOff() ? 'lettersOff' : 'lettersOn')}</button>`}
    <p class="soft-text">${w('soundNote')}</p></section>`;
}

/* The office hands out the code of the screen in the hall. */
function WallCode() {
  const [name, setName] = useState('wall');
  const [made, set] = useState(null);
  const make = () => tried(async () => set(await post('/v1/session/codes', { account: name.trim() }, { key: newKey() })));
  return html`<section><h2>${w('wallScreen')}</h2><${Field} label=${w('wallAccount')}>${(more) => html`<input ...${more} value=${name} onInput=${(e) => setName(e.target.value)} autocapitalize="none" spellcheck=${false} maxlength="64"/>`}<//>
    <${Act} disabled=${!name.trim()} act=${make}>${w('wallCode')}<//>${made && html`<div role="status"><p>${w('wallCodeNote', when(ms(made.until)))}</p><p class="secret code num">${made.code}</p><p class="num">${`${location.origin}/#/in/${made.code}`}</p></div>`}</section>`;
}

function SignOut({ leave }) {
  const [unsent, setUnsent] = useState(0);
  const press = async (anyway) => {
    const left = state.face && state.face.unsent ? await state.face.unsent() : 0;
    if (left && !anyway) setUnsent(left);
    else await leave();
  };
  return html`<section>${unsent ? html`<p class="strip wrong" role="alert">${w('signOutUnsent', unsent)}</p>
    <${Act} class="danger" act=${() => press(true)}>${w('signOutAnyway')}<//>` : html`<${Act} act=${() => press(false)}>${w('signOut')}<//>`}</section>`;
}

/* leave: ends this session and forgets what the browser keeps. */
export function Me({ leave }) {
  const me = state.me;
  return html`<main class="page-narrow"><a class="back" href=${link()}>‹ ${w('back')}</a><h1>${w('me')}</h1>
    <p>${say(me.account)} · ${w(`role-${me.role}`)}${me.unit_name || me.unit ? html` · ${say(me.unit_name || me.unit)}` : null}</p>
    <${Sessions}/><${Settings}/>${me.role === 'office' && html`<${WallCode}/>`}<${SignOut} leave=${leave}/>
    ${me.warnings && me.warnings.length ? html`<section><h2>${w('troubles')}</h2><ul class="lines">${me.warnings.map((one) => html`<li key=${one.code}>${say(one.detail || one.code)}</li>`)}</ul></section>` : null}
    <p class="soft-text">${w('versionIs', me.version)} · <span class="num">${me.build}</span></p></main>`;
}
