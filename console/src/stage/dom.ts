type Child = Node | string

/** An element with attributes and children; `class` and `on…` as in HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | (() => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value)
    else made.setAttribute(name, value)
  }
  made.append(...children)
  return made
}

const MARK = `<svg width="30" height="30" viewBox="0 0 32 32" fill="none" aria-hidden="true">
<rect width="32" height="32" rx="8" fill="#12706a"/>
<path d="M7 11.5h11.5a6 6 0 0 1 0 12H12" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
<path d="m15.5 19-4.5 4.5 4.5 4.5" stroke="#f0a35e" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`

export function mark(): HTMLElement {
  const holder = el('span', { class: 'mark' })
  holder.innerHTML = MARK
  return holder
}
