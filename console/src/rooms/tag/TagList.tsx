import { Button, Popconfirm, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { TagRow } from '@/client/types'
import { Link } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Answer, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'
import { TagName } from '@/ui/tag'
import { TagForm } from './TagForm'

/** The library and every other tag in use: how many carry it, who says so, who may use it. */
export function TagList() {
  const { t } = useTranslation()
  const mayEdit = useMay()('tag.edit')
  const tags = useRead('/v1/tags')
  const units = useRead('/v1/units')
  const [editing, setEditing] = useState<TagRow | 'new' | null>(null)
  const remove = useWrite(['/v1/tags'])
  const named = new Map(units.data?.items.map((unit) => [unit.code, unit.name]))
  return (
    <Panel
      title={t('tag.library')}
      extra={
        mayEdit && (
          <Button size="small" type="primary" onClick={() => setEditing('new')}>
            {t('tag.add')}
          </Button>
        )
      }
    >
      <Answer of={tags} rows={6}>
        {({ items }) => (
          <Rows<TagRow>
            size="small"
            rowKey="name"
            dataSource={items}
            pagination={{ pageSize: 50, hideOnSinglePage: true }}
            columns={[
              {
                title: t('tag.name'),
                render: (_, one) => (
                  <Link to={`/customers?tag=${encodeURIComponent(one.name)}`}>
                    <TagName name={one.name} />
                  </Link>
                ),
              },
              { title: t('tag.group'), dataIndex: 'group' },
              {
                title: t('tag.source'),
                render: (_, one) => <Sources one={one} />,
              },
              {
                title: t('tag.units'),
                render: (_, one) =>
                  one.units.length === 0
                    ? t('tag.everybody')
                    : one.units.map((code) => <Tag key={code}>{named.get(code) ?? code}</Tag>),
              },
              {
                title: t('tag.customers'),
                align: 'right',
                className: 'num',
                dataIndex: 'customer_count',
                sorter: (one, other) => one.customer_count - other.customer_count,
              },
              {
                title: '',
                render: (_, one) =>
                  mayEdit &&
                  one.id && (
                    <span className="row">
                      <Button size="small" type="link" onClick={() => setEditing(one)}>
                        {t('tag.change')}
                      </Button>
                      <Popconfirm
                        title={t(one.segment_id ? 'tag.remove_rule' : 'tag.remove_hand', {
                          count: one.customer_count,
                        })}
                        onConfirm={() =>
                          one.id && remove.mutate({ to: 'DELETE /v1/tags/{tag_id}', id: one.id })
                        }
                      >
                        <Button size="small" type="link" danger>
                          {t('tag.remove')}
                        </Button>
                      </Popconfirm>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Answer>
      {editing && (
        <TagForm
          key={editing === 'new' ? 'new' : editing.name}
          one={editing === 'new' ? null : editing}
          close={() => setEditing(null)}
        />
      )}
    </Panel>
  )
}

function Sources({ one }: { one: TagRow }) {
  const { t } = useTranslation()
  if (one.segment_id) return <Link to={`/segments/${one.segment_id}`}>{t('tag.source_rule')}</Link>
  const known = one.sources.map((source) => {
    if (source === 'auto') return t('tag.source_auto')
    if (source === 'rule') return t('tag.source_rule')
    if (source === 'code') return t('tag.source_code')
    return /^(staff|key|user):/.test(source) ? t('tag.source_hand') : source
  })
  return <>{[...new Set(known)].join('、') || t('tag.source_hand')}</>
}
