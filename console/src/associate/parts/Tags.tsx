import type { CustomerRow } from '@/client/types'

const SHOWN_MAX = 5

/** What people noted about a customer; where the data came from is nobody's concern here. */
export function Tags({ tags }: { tags: (CustomerRow['tags'][number] | { name: string })[] }) {
  const names = tags
    .map((tag) => (typeof tag === 'string' ? tag : tag.name))
    .filter((name) => !name.startsWith('source:'))
  if (names.length === 0) return null
  return (
    <span className="tags">
      {names.slice(0, SHOWN_MAX).map((name) => (
        <i key={name}>{name}</i>
      ))}
    </span>
  )
}
