/*
 * phone_forms.mjs - what a liaison says beside a step: how it stands, what was done, why another unit should have it. What is typed is kept for
 * the session until it was sent.
 */
import { html, useEffect, useState } from './h.mjs';
import { get } from './net.mjs';
import { Dialog } from './dialog.mjs';
import { Act, Field, useDraft } from './parts.mjs';
import { now, rfc, about } from './time.mjs';
import { state } from './store.mjs';
import { PhotoField, Photos, PhotoForm, ofStep } from './photos.mjs';
import { w } from './words.mjs';

export { Photos, PhotoForm };

const ETA_MIN = [10, 20, 30, 60];

function Phrases({ names, text, set }) {
  const add = (phrase) => set(text.trim() ? `${text.trim()},${phrase}` : phrase);
  return html`<div class="chips">${names.map((name) => html`<button type="button" key=${name} onClick=${() => add(w(name))}>${w(name)}</button>`)}</div>`;
}

/* Numbers of photos and recordings: codes, with blanks or commas between. */
const codes = (text) => text.split(/[\s,,、]+/).map((one) => one.trim()).filter(Boolean);

function Evidence({ value, set }) {
  return html`<${Field} label=${`${w('evidence')}(${w('optional')})`}>${(more) => html`<input ...${more} value=${value} autocomplete="off" autocapitalize="none" onInput=${(e) => set(e.target.value)}/>`}<//>`;
}

export function ProgressForm({ card, close, send }) {
  const [text, setText, forget] = useDraft(`progress-${card.dispatch}`);
  const [eta, setEta] = useState(0);
  const [evidence, setEvidence] = useState('');
  const [photos, setPhotos] = useState([]);
  const [wrong, setWrong] = useState('');
  const submit = async () => {
    if (!text.trim() && !eta) { setWrong(w('textNeeded')); return; }
    await send({ ...(text.trim() && { text: text.trim() }), ...(eta && { eta: rfc(now() + eta * 60000) }), ...(codes(evidence).length && { evidence: codes(evidence) }) }, ofStep('progressed', photos));
    forget();
  };
  return html`<${Dialog} title=${w('do-progress')} close=${close} kind="sheet">
    <${Phrases} names=${['ph-called', 'ph-way', 'ph-working', 'ph-help']} text=${text} set=${setText}/>
    <${Field} label=${w('whatHappens')} error=${wrong}>${(more) => html`<textarea ...${more} rows="3" maxlength="4000" value=${text} onInput=${(e) => { setText(e.target.value); setWrong(''); }}></textarea>`}<//>
    ${!card.arrived_at && html`<fieldset class="chips"><legend>${w('eta')}</legend>${ETA_MIN.map((minutes) => html`
      <button type="button" key=${minutes} aria-pressed=${eta === minutes} onClick=${() => setEta(eta === minutes ? 0 : minutes)}>${about(minutes * 60000)}</button>`)}</fieldset>`}
    <${PhotoField} value=${photos} set=${setPhotos}/>
    <${Evidence} value=${evidence} set=${setEvidence}/>
    <${Act} class="main big" act=${submit}>${w('send')}<//><//>`;
}

export function CompleteForm({ card, close, send }) {
  const [text, setText, forget] = useDraft(`complete-${card.dispatch}`);
  const [evidence, setEvidence] = useState('');
  const [photos, setPhotos] = useState([]);
  const [wrong, setWrong] = useState('');
  const submit = async () => {
    if (!text.trim()) { setWrong(w('resultNeeded')); return; }
    await send({ result: text.trim(), ...(codes(evidence).length && { evidence: codes(evidence) }) }, ofStep('completed', photos));
    forget();
  };
  return html`<${Dialog} title=${w('do-complete')} close=${close} kind="sheet">
    <${Phrases} names=${['rs-done', 'rs-temporary', 'rs-nothing', 'rs-told']} text=${text} set=${setText}/>
    <${Field} label=${w('result')} error=${wrong}>${(more) => html`<textarea ...${more} rows="4" maxlength="4000" value=${text} onInput=${(e) => { setText(e.target.value); setWrong(''); }}></textarea>`}<//>
    <${PhotoField} value=${photos} set=${setPhotos}/>
    <${Evidence} value=${evidence} set=${setEvidence}/>
    <${Act} class="main big" act=${submit}>${w('do-complete')}<//><//>`;
}

/* The units by name; an empty list where they cannot be read. */
export function useUnits() {
  const [units, set] = useState([]);
  useEffect(() => { get('/v1/units').then((answer) => set(answer.units)).catch(() => {}); }, []);
  return units;
}

export const returnReasons = () => state.me.returns || [];

export function ReturnForm({ card, close, send }) {
  const [reason, setReason] = useState('');
  const [unit, setUnit] = useState('');
  const [text, setText, forget] = useDraft(`return-${card.dispatch}`);
  const [wrong, setWrong] = useState('');
  const units = useUnits();
  const submit = async () => {
    if (!reason) { setWrong(w('chooseReason')); return; }
    await send({ reason, ...(unit && { unit }), ...(text.trim() && { text: text.trim() }) });
    forget();
  };
  return html`<${Dialog} title=${w('do-return')} close=${close} kind="sheet"><p class="strip soft">${w('returnNote')}</p>
    <${Field} label=${w('whyReturn')} error=${wrong}>${(more) => html`<select ...${more} value=${reason} onChange=${(e) => { setReason(e.target.value); setWrong(''); }}>
      <option value=""></option>${returnReasons().map((one) => html`<option key=${one.reason} value=${one.reason}>${one.name}</option>`)}</select>`}<//>
    <${Field} label=${w('toUnit')}>${(more) => html`<select ...${more} value=${unit} onChange=${(e) => setUnit(e.target.value)}>
      <option value="">${w('dontKnow')}</option>${units.filter((one) => one.unit !== card.unit).map((one) => html`<option key=${one.unit} value=${one.unit}>${one.name}</option>`)}</select>`}<//>
    <${Field} label=${`${w('explain')}(${w('optional')})`}>${(more) => html`<textarea ...${more} rows="3" maxlength="4000" value=${text} onInput=${(e) => setText(e.target.value)}></textarea>`}<//>
    <${Act} class="main big" act=${submit}>${w('do-return')}<//><//>`;
}
