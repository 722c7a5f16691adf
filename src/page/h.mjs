/*
 * h.mjs - what every module draws with: html`<p>…</p>` makes a tree that only has text nodes and elements, never markup from a text.
 */
import { h, render, Fragment } from './vendor/preact.mjs';
import { useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback } from './vendor/hooks.mjs';
import htm from './vendor/htm.mjs';

export const html = htm.bind(h);
export { h, render, Fragment, useState, useEffect, useLayoutEffect, useRef, useMemo, useCallback };

/* Class names that hold, with a blank between. */
export const classes = (...names) => names.filter(Boolean).join(' ');

/* Loads a face's style sheet; resolves when it is there, so that nothing is shown without it. */
export function style(name) {
  return new Promise((done) => {
    const link = document.createElement('link');
    link.rel = 'stylesheet';
    link.href = new URL(name, import.meta.url).href;
    link.onload = link.onerror = () => done();
    document.head.appendChild(link);
  });
}

/* The look that was chosen: 'auto', 'light', 'dark' */
export const themeNow = () => localStorage.getItem('theme') || 'auto';

export function themeSet(theme) {
  document.documentElement.dataset.theme = theme;
  if (theme === 'auto') localStorage.removeItem('theme');
  else localStorage.setItem('theme', theme);
}
