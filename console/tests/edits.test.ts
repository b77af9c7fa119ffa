import { describe, expect, it } from 'vitest'
import { begin, edit, redo, stepOf, undo } from '@/ui/edits'
import { evenly } from '@/rooms/segment/sizes'

describe('undo and redo', () => {
  it('go back and forth step by step', () => {
    let edits = begin('a')
    edits = edit(edits, 'b', 1000)
    edits = edit(edits, 'c', 5000)
    expect(undo(edits).now).toBe('b')
    expect(undo(undo(edits)).now).toBe('a')
    expect(undo(undo(undo(edits))).now).toBe('a')
    expect(redo(undo(edits))).toEqual({ ...edits, at: 0 })
    expect(redo(edits)).toBe(edits)
  })

  it('takes typing for one step', () => {
    let edits = edit(begin('1'), '12', 1000)
    edits = edit(edits, '123', 1200)
    edits = edit(edits, '1234', 1400)
    expect(undo(edits).now).toBe('1')
    expect(redo(undo(edits)).now).toBe('1234')
  })

  it('keeps what came before an undo apart from what is typed after it', () => {
    let edits = edit(edit(begin('a'), 'b', 1000), 'c', 5000)
    edits = edit(undo(edits), 'x', 5100)
    expect(edits.future).toEqual([])
    expect(undo(edits).now).toBe('b')
  })

  it('knows its keys', () => {
    const key = { key: 'z', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }
    expect(stepOf(key)).toBeNull()
    expect(stepOf({ ...key, ctrlKey: true })).toBe('undo')
    expect(stepOf({ ...key, metaKey: true, shiftKey: true, key: 'Z' })).toBe('redo')
    expect(stepOf({ ...key, ctrlKey: true, key: 'y' })).toBe('redo')
    expect(stepOf({ ...key, ctrlKey: true, altKey: true })).toBeNull()
  })
})

describe('sizes over an even time', () => {
  const noted = (minute: number, member_count: number) => ({
    at: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    member_count,
  })

  it('hold until the next is noted', () => {
    const sizes = [noted(0, 10), noted(25, 20), noted(30, 5), noted(40, 5)]
    expect(evenly(sizes, 5)).toEqual([10, 10, 10, 5, 5])
  })

  it('begin where they are asked for', () => {
    const sizes = [noted(0, 10), noted(25, 20), noted(40, 5)]
    const since = Date.UTC(2026, 0, 1, 0, 20)
    expect(evenly(sizes, 3, since)).toEqual([10, 20, 5])
  })

  it('are one point when there is no time between', () => {
    expect(evenly([], 5)).toEqual([])
    expect(evenly([noted(0, 7)], 5)).toEqual([7])
  })
})
