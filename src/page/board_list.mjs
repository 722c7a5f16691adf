/*
 * board_list.mjs - the board's list: a listbox of rows with fixed heights, of which only those in sight are drawn, however many there are.
 * Focus stays on the list; the selected row is its active descendant, and nothing but a person moves it.
 */
import { html, classes, useEffect, useLayoutEffect, useMemo, useRef, useState } from './h.mjs';
import { board, areaName, categoryName, partLimit, unitName } from './board.mjs';
import { Bars, Due, Empty, Priority, Skeleton } from './parts.mjs';
import { clockText } from './time.mjs';
import { say } from './say.mjs';
import { w } from './words.mjs';

const ROW = 58, HEAD = 26, SPARE = 4;

/* The heads and rows of the list, each with its top in pixels. */
function laidOut(list) {
  const items = [];
  let top = 0, group = null, n = 0;
  list.forEach((row) => {
    if (row.group !== group) {
      group = row.group;
      items.push({ head: group, top, n: board.counts[group] });
      top += HEAD;
    }
    items.push({ row, top, n: ++n });
    top += ROW;
  });
  return { items, height: top };
}

const bars = (part) => {
  const at = ['delivered', 'acknowledged', 'departed', 'arrived', 'completed'].indexOf(part.step === 'returning' ? 'acknowledged' : part.step);
  return at < 0 ? {} : { [`${['delivered', 'acknowledged', 'departed', 'arrived', 'completed'][at]}_at`]: '1' };
};

const stepWord = (part) => w(part.step === 'issued' && part.to_phone ? 'toPhone' : `is-${part.step}`);

function Part({ part, role, more }) {
  return html`<span class="part"><${Bars} dispatch=${bars(part)}/><b class=${role}>${say(unitName(part.unit))}</b><small>${more || stepWord(part)}</small></span>`;
}

/* The address without the area's name, which stands before it. */
function placeOf(row) {
  const area = areaName(row.area), place = row.place || '';
  return area && place.startsWith(area) && place.length > area.length ? place.slice(area.length) : place;
}

function RowText({ row }) {
  const assists = row.assists || [];
  const worst = row.worst;
  const flags = [row.drill && 'drill', row.confidential && 'confidential', row.unmatched && 'unmatched', row.graver && 'graver', row.asked && 'asked', row.lead && row.lead.step === 'returning' && 'returning'].filter(Boolean);
  return html`<div class="row-left"><${Priority} p=${row.priority}/><span class="num">${clockText(row.at)}</span></div>
    <div class="row-mid"><div class="cut"><span class="soft-text">${say(areaName(row.area))}</span> <b>${say(placeOf(row) || w('noPlace'))}</b></div>
      <div class="cut">${flags.map((flag) => html`<em class="flag" key=${flag}>${w(flag)}</em>`)}<span class="soft-text">${say(categoryName(row.category))}</span> ${say(row.words)}
        ${row.urged ? html`<em class="flag">${w('urgedTimes', row.urged)}</em>` : null}${row.callers > 1 ? html`<em class="flag">${w('callersN', row.callers)}</em>` : null}</div></div>
    <div class="row-right">
      <div>${row.lead ? html`<${Part} part=${row.lead} role="lead"/><${Due} limit=${partLimit(row.lead)} box="lead"/>` : html`<span class="part"><b class="lead missing">${w('noLead')}</b></span>
        <${Due} limit=${row.lead_due && { clock: 'lead-missing', due: row.lead_due }} box="lead"/>`}</div>
      <div>${row.group === 'call' ? html`<span class="part"><small>${w('callbackBy')}</small></span><${Due} limit=${row.callback_due && { clock: 'callback', due: row.callback_due, kind: 'counted' }} box="lead"/>`
    : worst ? html`<${Part} part=${worst} role="assist" more=${assists.length > 1 ? w('assistsN', assists.length) : w('assistOne', stepWord(worst))}/><${Due} limit=${partLimit(worst)} box="assist"/>` : null}</div></div>`;
}

const rowId = (number) => `row-${number}`;

/* One row; redrawn only where what it shows has changed. */
function Row({ item, of, selected, choose }) {
  const { row } = item;
  const ref = useRef(null);
  useLayoutEffect(() => { ref.current.style.transform = `translateY(${item.top}px)`; }, [item.top]);
  return html`<div class=${classes('row', row.priority === 'P1' && row.group !== 'call' && 'p1')} id=${rowId(row.number)} role="option" aria-selected=${selected ? 'true' : 'false'} aria-posinset=${item.n} aria-setsize=${of}
    ref=${ref} onClick=${() => choose(row.number)}><${RowText} row=${row}/></div>`;
}

function Head({ item }) {
  const ref = useRef(null);
  useLayoutEffect(() => { ref.current.style.transform = `translateY(${item.top}px)`; }, [item.top]);
  return html`<div class=${`head head-${item.head}`} role="presentation" ref=${ref}>${w(`group-${item.head}`)} <b class="num">${item.n}</b></div>`;
}

export function BoardList({ selected, choose, open }) {
  const ref = useRef(null);
  const inner = useRef(null);
  const [view, setView] = useState({ top: 0, height: 900 });
  const { items, height } = useMemo(() => laidOut(board.list), [board.list]);
  const look = () => { const el = ref.current; if (el) setView({ top: el.scrollTop, height: el.clientHeight }); };
  useEffect(() => {
    look();
    window.addEventListener('resize', look);
    return () => window.removeEventListener('resize', look);
  }, []);
  useLayoutEffect(() => { inner.current.style.height = `${height}px`; }, [height]);
  /* The selection was moved by a key: it comes into sight. */
  useLayoutEffect(() => {
    const item = items.find((one) => one.row && one.row.number === selected);
    const el = ref.current;
    if (!item || board.keepSight !== selected) return;
    board.keepSight = null;
    if (item.top < el.scrollTop + HEAD) el.scrollTop = item.top - HEAD;
    else if (item.top + ROW > el.scrollTop + el.clientHeight) el.scrollTop = item.top + ROW - el.clientHeight;
  });
  const from = view.top - SPARE * ROW, to = view.top + view.height + SPARE * ROW;
  const shown = items.filter((item) => item.top + ROW > from && item.top < to);
  const there = shown.some((item) => item.row && item.row.number === selected);
  const key = (event) => { if (event.key === 'Enter' && selected) open(selected); };
  return html`<div class="list" role=${shown.length ? 'listbox' : 'region'} tabindex="0" aria-label=${w('openIncidents')} aria-activedescendant=${there ? rowId(selected) : undefined} ref=${ref} onScroll=${look} onKeyDown=${key}>
    <div class="list-inner" role="presentation" ref=${inner}>${shown.map((item) => (item.row
    ? html`<${Row} key=${item.row.number} item=${item} of=${board.list.length} selected=${item.row.number === selected} choose=${choose}/>`
    : html`<${Head} key=${item.head} item=${item}/>`))}</div>
    ${!board.list.length && (board.read ? html`<${Empty}>${w(board.area || board.filter ? 'noneHere' : 'noneAtAll')}<//>` : html`<${Skeleton} rows=${8}/>`)}</div>`;
}
