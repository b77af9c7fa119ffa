import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import type { Rule } from '@/client/types'
import { Editor } from '@/rooms/segment/Editor'
import { useFollowing } from '@/rooms/segment/Filling'
import { usePlace } from '@/shell/router'
import { Answer } from '@/ui/page'

const firstRule: Rule = {
  v: 1,
  all: [{ kind: 'purchase', window: { last_days: 180 }, agg: 'count', op: '>=', value: 2 }],
}

export default function SegmentPage({ id }: { id: string }) {
  return id === 'new' ? <NewSegment /> : <SavedSegment id={id} />
}

function SavedSegment({ id }: { id: string }) {
  const [every, follow] = useFollowing()
  const segment = useRead('/v1/segments/{segment_id}', { id, every })
  follow(segment.data !== undefined && segment.data.filling !== null)
  return (
    <Answer of={segment} rows={8}>
      {(data) => (
        <Editor
          key={data.version}
          segment={data}
          start={{ name: data.name, rule: data.rule as Rule }}
        />
      )}
    </Answer>
  )
}

function NewSegment() {
  const { query } = usePlace()
  const { i18n } = useTranslation()
  const key = query.get('template')
  const templates = useRead('/v1/segments/templates', { enabled: key !== null })
  if (key === null) return <Editor segment={null} start={{ name: '', rule: firstRule }} />
  return (
    <Answer of={templates} rows={8}>
      {({ items }) => {
        const template = items.find((one) => one.key === key)
        return (
          <Editor
            segment={null}
            start={{
              name: (i18n.language === 'en' ? template?.name_en : template?.name) ?? '',
              rule: (template?.rule as Rule | undefined) ?? firstRule,
            }}
          />
        )
      }}
    </Answer>
  )
}
