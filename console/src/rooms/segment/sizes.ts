import type { SegmentHistory } from '@/client/types'

type Sizes = SegmentHistory['sizes']

/** The size at moments an even time apart, from the first noted (but not before `sinceMs`) to the
 * last: a size holds until the next is noted. */
export function evenly(sizes: Sizes, count: number, sinceMs = 0): number[] {
  const first = sizes[0]
  const last = sizes.at(-1)
  if (!first || !last) return []
  const from = Math.max(Date.parse(first.at), sinceMs)
  const to = Date.parse(last.at)
  if (to <= from || count < 2) return [last.member_count]
  let next = 0
  let now = first.member_count
  return Array.from({ length: count }, (_, index) => {
    const moment = from + ((to - from) * index) / (count - 1)
    for (let size = sizes[next]; size && Date.parse(size.at) <= moment; size = sizes[next]) {
      now = size.member_count
      next += 1
    }
    return now
  })
}
