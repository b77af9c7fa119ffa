import { hashKey } from '@tanstack/react-query'
import type { Leaf, Node, Rule } from '@/client/types'
import { spanFault, YEARS_MAX } from './anniversary'
import { isOrdinal } from './ordinal'

/** The rule as it is edited: the same tree with stable keys and negation as a switch. */
export interface Group {
  key: string
  join: 'all' | 'any'
  isNot: boolean
  parts: Part[]
}

export interface Condition {
  key: string
  isNot: boolean
  leaf: Leaf
}

export type Part = Group | Condition

let last = 0

function key(): string {
  last += 1
  return `p${last}`
}

export function isGroup(part: Part): part is Group {
  return 'parts' in part
}

export function newGroup(parts: Part[] = [], join: 'all' | 'any' = 'all'): Group {
  return { key: key(), join, isNot: false, parts }
}

export function newCondition(leaf: Leaf): Condition {
  return { key: key(), isNot: false, leaf }
}

export function groupOf(rule: Rule): Group {
  return 'any' in rule
    ? newGroup(rule.any.map(partOf), 'any')
    : newGroup(rule.all.map(partOf), 'all')
}

function partOf(node: Node): Part {
  if ('not' in node) {
    const inner = partOf(node.not)
    return { ...inner, isNot: !inner.isNot }
  }
  if ('all' in node) return newGroup(node.all.map(partOf), 'all')
  if ('any' in node) return newGroup(node.any.map(partOf), 'any')
  return newCondition(node)
}

export function ruleOf(group: Group): Rule {
  const nodes = group.parts.map(nodeOf)
  return group.join === 'any' ? { v: 1, any: nodes } : { v: 1, all: nodes }
}

function nodeOf(part: Part): Node {
  const node: Node = isGroup(part)
    ? part.join === 'any'
      ? { any: part.parts.map(nodeOf) }
      : { all: part.parts.map(nodeOf) }
    : part.leaf
  return part.isNot ? { not: node } : node
}

interface Placed {
  key: string
  path: string
  leaf: Leaf
}

/** The conditions and where each stands in the rule: `all[0]`, `all[1].any[0]`, `all[2].not`. */
export function leavesOf(group: Group): Placed[] {
  const walk = (part: Part, path: string): Placed[] => {
    const here = part.isNot ? `${path}.not` : path
    if (!isGroup(part)) return [{ key: part.key, path: here, leaf: part.leaf }]
    return part.parts.flatMap((child, index) => walk(child, `${here}.${part.join}[${index}]`))
  }
  return group.parts.flatMap((child, index) => walk(child, `${group.join}[${index}]`))
}

/** A condition by what it says, in whatever order: the same one finds the same customers. */
export function sayingOf(leaf: Leaf): string {
  return hashKey([leaf])
}

/** What can be asked already: without conditions to be filled in, and groups that hold none. */
export function filledOf(group: Group): Group {
  const parts = group.parts.flatMap((part): Part[] => {
    if (!isGroup(part)) return isFilled(part.leaf) ? [part] : []
    const inner = filledOf(part)
    return inner.parts.length > 0 ? [inner] : []
  })
  return { ...group, parts }
}

/** Every condition is filled in and no group is empty. */
export function isComplete(group: Group): boolean {
  return (
    group.parts.length > 0 &&
    group.parts.every((part) => (isGroup(part) ? isComplete(part) : isFilled(part.leaf)))
  )
}

export function isFilled(leaf: Leaf): boolean {
  switch (leaf.kind) {
    case 'purchase':
    case 'event':
      return isValue(leaf.value)
    case 'trait':
      return leaf.name !== '' && (hasNoValue(leaf.op) || isValue(leaf.value))
    case 'tag':
      return leaf.name.trim() !== ''
    case 'segment':
      return leaf.id !== ''
    case 'sample':
      return leaf.share > 0 && leaf.share <= 1
    case 'sequence':
      return leaf.within_days > 0
    case 'nth':
      return isOrdinal(leaf.n)
    case 'anniversary':
      return spanFault(leaf) === null && isYears(leaf.years)
    case 'consent':
      return true
  }
}

function isYears(years: number | undefined): boolean {
  return years === undefined || (Number.isInteger(years) && years >= 1 && years <= YEARS_MAX)
}

export function hasNoValue(op: string): boolean {
  return op === 'known' || op === 'unknown'
}

function isValue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== null && value !== undefined && value !== ''
}
