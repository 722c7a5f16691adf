/*
 * photos.mjs - photos of a dispatch: shown small and, when pressed, as large as the screen; and taken on the phone, where each is made
 * smaller and drawn anew before it is kept, so that nothing of where and with what it was made leaves the phone. Loaded when there is one.
 */
import { html, style, useEffect, useRef, useState } from './h.mjs';
import { Dialog } from './dialog.mjs';
import { Act } from './parts.mjs';
import { ms, when } from './time.mjs';
import { w } from './words.mjs';
import './words_photos.mjs';

const SIDE = 1600, MOST_CHARS = 1300000; // of base64: under 1 MiB as bytes
export const PHOTOS_A_STEP = 3;

let styled = null;
const useStyle = () => useEffect(() => { styled = styled || style('./photos.css'); }, []);

/* -- shown ----------------------------------------------------------------------------------------- */

const address = (dispatch, photo) => `/v1/dispatches/${encodeURIComponent(dispatch)}/photos/${photo.photo}`;
const name = (photo) => w('photoOf', w(`pstep-${photo.step}`), when(ms(photo.at)));

function Image({ dispatch, photo, large }) {
  const [gone, setGone] = useState(false);
  if (gone) return html`<span class="photo-gone">${w('photoGone')}</span>`;
  return html`<img src=${address(dispatch, photo)} alt=${name(photo)} loading=${large ? undefined : 'lazy'} decoding="async" onError=${() => setGone(true)}/>`;
}

export function Photos({ dispatch }) {
  const [open, setOpen] = useState(null);
  useStyle();
  const all = dispatch.photos || [];
  if (!all.length) return null;
  return html`<ul class="photos" aria-label=${w('photos')}>${all.map((photo) => html`<li key=${photo.photo}><button type="button" class="photo" title=${name(photo)} onClick=${() => setOpen(photo)}><${Image} dispatch=${dispatch.dispatch} photo=${photo}/></button></li>`)}</ul>
    ${open && html`<${Dialog} title=${name(open)} close=${() => setOpen(null)} kind="photo-large"><${Image} dispatch=${dispatch.dispatch} photo=${open} large/><p class="num small photo-digest">${open.photo}</p><//>`}`;
}

/* For paper: how many, and the digest of each, by which anybody can prove that a file is this photo. */
export function PhotoList({ dispatch }) {
  const all = dispatch.photos || [];
  if (!all.length) return null;
  return html`<p>${w('photoKept', all.length)}</p><ol class="sentences photo-digests">${all.map((photo) => html`<li key=${photo.photo}>${name(photo)} <span class="num small">${photo.photo}</span></li>`)}</ol>`;
}

/* -- taken ----------------------------------------------------------------------------------------- */

/* A canvas with the picture, upright, no side longer than SIDE. */
async function drawn(file) {
  const picture = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => createImageBitmap(file));
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const draw = canvas.getContext('2d');
  draw.fillStyle = '#fff'; // what is see-through
  draw.fillRect(0, 0, canvas.width, canvas.height);
  draw.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if (picture.close) picture.close();
  return canvas;
}

/* As a JPEG in base64 that is short enough. */
function coded(canvas) {
  for (const quality of [0.8, 0.6, 0.4, 0.2]) {
    const image = canvas.toDataURL('image/jpeg', quality).split(',')[1];
    if (image && image.length <= MOST_CHARS) return image;
  }
  throw new Error('no picture');
}

function Small({ canvas, n, drop }) {
  const ref = useRef(null);
  useEffect(() => { ref.current.append(canvas); canvas.setAttribute('role', 'img'); canvas.setAttribute('aria-label', w('photoNew', n)); }, [canvas]);
  return html`<li class="photo-new" ref=${ref}><button type="button" class="quiet" aria-label=${w('photoDrop', n)} onClick=${drop}>✕</button></li>`;
}

/* Up to three pictures that were taken or chosen: value is [{canvas, image}], the image in base64. */
export function PhotoField({ value, set, most = PHOTOS_A_STEP }) {
  const [wrong, setWrong] = useState('');
  const [busy, setBusy] = useState(false);
  useStyle();
  const take = async (event) => {
    const files = [...event.target.files];
    event.target.value = '';
    setBusy(true);
    setWrong('');
    const all = [...value];
    for (const file of files.slice(0, most - all.length)) {
      try {
        const canvas = await drawn(file);
        all.push({ canvas, image: coded(canvas) });
      } catch (error) {
        setWrong(w('photoBad'));
      }
    }
    setBusy(false);
    set(all);
  };
  return html`<div class="photo-field"><ul class="photos">${value.map((one, i) => html`<${Small} key=${one.image.length + one.image.slice(-40)} canvas=${one.canvas} n=${i + 1} drop=${() => set(value.filter((other) => other !== one))}/>`)}</ul>
    ${value.length < most && html`<label class="button photo-take">${w('takePhoto')} <small>${w('photosMost', most)}</small><input type="file" accept="image/*" multiple disabled=${busy} aria-describedby=${wrong ? 'photo-wrong' : undefined} onChange=${take}/></label>`}
    ${wrong && html`<p class="error" id="photo-wrong" role="alert">${wrong}</p>`}</div>`;
}

/* As their commands have them. */
export const ofStep = (step, photos) => photos.map((one) => ({ image: one.image, step }));

/* Photos alone: of the arrival, or of where the dispatch is. send(body, photos) as the other forms of the phone. */
export function PhotoForm({ card, close, send }) {
  const [photos, setPhotos] = useState([]);
  const have = (card.photos || []).filter((one) => one.step === 'arrived').length;
  return html`<${Dialog} title=${w('photos')} close=${close} kind="sheet"><${PhotoField} value=${photos} set=${setPhotos} most=${Math.max(0, PHOTOS_A_STEP - have)}/>
    ${photos.length > 0 && html`<${Act} class="main big" act=${() => send(null, ofStep('arrived', photos))}>${w('send')}<//>`}<//>`;
}
