import { Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useRead, useWrite } from '@/client/query'
import type { TagRow } from '@/client/types'

/** A new tag, or another group and other units of one. */
export function TagForm({ one, close }: { one: TagRow | null; close: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(one?.name ?? '')
  const [group, setGroup] = useState(one?.group ?? '')
  const [units, setUnits] = useState(one?.units ?? [])
  const [segment, setSegment] = useState<string | undefined>()
  const known = useRead('/v1/units')
  const segments = usePages('/v1/segments', { enabled: one === null })
  const save = useWrite(['/v1/tags'])
  const submit = () => {
    const done = { onSuccess: close }
    if (one?.id)
      save.mutate(
        {
          to: 'PATCH /v1/tags/{tag_id}',
          id: one.id,
          body: { group, units, version: one.version ?? 1 },
        },
        done,
      )
    else
      save.mutate(
        {
          to: 'POST /v1/tags',
          body: { name: name.trim(), group, units, segment_id: segment ?? null },
        },
        done,
      )
  }
  return (
    <Modal
      open
      title={t(one ? 'tag.change' : 'tag.add')}
      okButtonProps={{ disabled: !name.trim(), loading: save.isPending }}
      onCancel={close}
      onOk={submit}
    >
      <div className="stack">
        <Input
          value={name}
          maxLength={40}
          disabled={one !== null}
          placeholder={t('tag.name')}
          onChange={(event) => setName(event.target.value)}
        />
        <Input
          value={group}
          maxLength={40}
          placeholder={t('tag.group')}
          onChange={(event) => setGroup(event.target.value)}
        />
        <Select
          mode="multiple"
          value={units}
          placeholder={t('tag.units_hint')}
          optionFilterProp="label"
          options={known.data?.items.map((unit) => ({ value: unit.code, label: unit.name }))}
          onChange={setUnits}
        />
        {one === null && (
          <Select
            allowClear
            value={segment}
            placeholder={t('tag.follows')}
            optionFilterProp="label"
            options={segments.items.map((each) => ({ value: each.id, label: each.name }))}
            onChange={setSegment}
          />
        )}
      </div>
    </Modal>
  )
}
