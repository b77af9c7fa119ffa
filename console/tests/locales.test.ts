import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { en } from '@/locales/en'
import { zh } from '@/locales/zh-CN'

type Words = Record<string, Record<string, unknown>>

function keysOf(words: Words): string[] {
  return Object.entries(words)
    .flatMap(([room, of]) => Object.keys(of).map((key) => `${room}.${key}`))
    .sort()
}

/** What English says of one and of many is one key in Chinese, which knows no plural. */
function withoutPlurals(keys: string[]): string[] {
  const isPlural = (stem: string) => keys.includes(`${stem}_one`) && keys.includes(`${stem}_other`)
  return [
    ...new Set(
      keys.map((key) => {
        const stem = key.replace(/_(one|other)$/, '')
        return stem !== key && isPlural(stem) ? stem : key
      }),
    ),
  ].sort()
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return filesUnder(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}

const own = ['client', 'pages', 'rooms', 'shell', 'ui'].flatMap((part) => filesUnder(`src/${part}`))

describe('words', () => {
  it('has the same keys in both languages', () => {
    expect(withoutPlurals(keysOf(en))).toEqual(keysOf(zh))
  })

  it('has the same placeholders in both languages', () => {
    const holes = (text: unknown) => [...new Set(String(text).match(/\{\{\w+\}\}/g))].sort()
    for (const [room, of] of Object.entries(zh))
      for (const [key, text] of Object.entries(of))
        expect([`${room}.${key}`, holes(en[room]?.[key] ?? en[room]?.[`${key}_other`])]).toEqual([
          `${room}.${key}`,
          holes(text),
        ])
  })

  it('has a word for every key a page asks for', () => {
    const known = new Set(keysOf(zh))
    const asked = own.flatMap((path) =>
      [...readFileSync(path, 'utf8').matchAll(/\bt\(\s*'([\w.]+)'/g)].map((hit) => hit[1] ?? ''),
    )
    expect(asked.length).toBeGreaterThan(300)
    const isKnown = (key: string) => known.has(key) || known.has(`${key}_other`)
    expect(asked.filter((key) => !isKnown(key))).toEqual([])
  })

  it('asks for one and many with a number: a text as the count finds neither', () => {
    const known = keysOf(en)
    const plural = known
      .filter((key) => key.endsWith('_one') && known.includes(key.replace(/_one$/, '_other')))
      .map((key) => key.replace(/_one$/, ''))
    expect(plural.length).toBeGreaterThan(10)
    const text = own.map((path) => readFileSync(path, 'utf8')).join('\n')
    expect(plural.filter((key) => text.includes(`'${key}', { count: count(`))).toEqual([])
  })

  it('keeps Chinese out of the code', () => {
    const allowed = new Set([
      'src/ui/mark.tsx',
      'src/shell/frame.tsx',
      'src/client/http.ts',
      'src/ui/format.ts',
    ])
    const spoken = own.filter((path) => {
      const code = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      return !allowed.has(path) && /[\u4e00-\u9fff]/.test(code)
    })
    expect(spoken).toEqual([])
  })
})
