/*
 * qr.mjs - a text as a QR code, for a phone's camera. The text stands beside it, because a camera is not always there.
 */
import { html, useEffect, useState } from './h.mjs';

const QUIET = 4; // modules around it, as the standard asks for

/* The dark modules as one path. */
export function pathOf(count, dark) {
  let d = '';
  for (let y = 0; y < count; y++)
    for (let x = 0; x < count; x++) if (dark(y, x)) d += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
  return d;
}

/* The code is loaded when it is first needed. */
export function Qr({ text, name }) {
  const [drawn, set] = useState(null);
  useEffect(() => {
    import('./vendor/qrcode.mjs').then(({ qrcode }) => {
      const code = qrcode(0, 'M');
      code.addData(text);
      code.make();
      set({ size: code.getModuleCount() + 2 * QUIET, d: pathOf(code.getModuleCount(), (y, x) => code.isDark(y, x)) });
    });
  }, [text]);
  if (!drawn) return null;
  return html`<svg class="qr" role="img" aria-label=${name} viewBox=${`0 0 ${drawn.size} ${drawn.size}`}><rect width=${drawn.size} height=${drawn.size} fill="#fff"/><path d=${drawn.d} fill="#000"/></svg>`;
}
