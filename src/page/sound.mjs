/*
 * sound.mjs - tones, vibration and notifications. A browser lets a page sound only after the person has touched it: the click that signs in
 * arms it. No file is loaded: the tones are made here. Nothing personal is in a notification, which stands on a locked screen.
 */
const SETTING = 'sound-off';
let context = null;

export const soundOff = () => localStorage.getItem(SETTING) === '1';
export function soundSet(on) {
  if (on) localStorage.removeItem(SETTING);
  else localStorage.setItem(SETTING, '1');
  if (on) soundArm();
}

export function soundArm() {
  const Context = window.AudioContext || window.webkitAudioContext;
  if (!Context) return;
  try {
    context = context || new Context();
    if (context.state === 'suspended') context.resume();
  } catch (error) {
    context = null;
  }
}

function tone(hertz, at, length) {
  const oscillator = context.createOscillator(), volume = context.createGain();
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.4, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
  oscillator.connect(volume);
  volume.connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

/* One tone, or two for what cannot wait. */
export function sound(tones = 1) {
  if (soundOff() || !context) return;
  if (context.state === 'suspended') context.resume();
  for (let i = 0; i < tones; i++) tone(i % 2 ? 660 : 880, context.currentTime + i * 0.28, 0.24);
}

export function soundTest() {
  soundArm();
  sound(2);
  vibrate();
}

export function vibrate() {
  if (!soundOff() && navigator.vibrate) navigator.vibrate([200, 100, 200]);
}

/* Asked once, after an act whose use is plain by then. */
export function askToNotify() {
  if (window.Notification && Notification.permission === 'default' && !localStorage.getItem('asked-to-notify')) {
    localStorage.setItem('asked-to-notify', '1');
    Promise.resolve(Notification.requestPermission()).catch(() => {});
  }
}

export async function notify(title, tag) {
  if (!window.Notification || Notification.permission !== 'granted' || !document.hidden) return;
  try {
    const worker = navigator.serviceWorker && await navigator.serviceWorker.getRegistration();
    if (worker) await worker.showNotification(title, { tag, renotify: true });
    else new Notification(title, { tag });
  } catch (error) {
    // a browser that refuses to show it: the page's own tone is what is left
  }
}
