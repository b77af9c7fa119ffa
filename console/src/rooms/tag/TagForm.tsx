import { Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { TagRow } from '@/client/types'
import { Field } from '@/ui/field'

/** A new tag, or another group and other units of one. */
export function TagForm({ one, close }: { one: TagRow | null; close: () => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState(one?.name ?? '')
  const [group, setGroup] = useState(one?.group ?? '')
  const [units, setUnits] = useState(one?.units ?? [])
  const [segment, setSegment] = useState<string | undefined>()
  const known = useRead('/v1/units')
  const segments = useRead('/v1/segments', { query: { limit: 200 }, enabled: one === null })
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
        <Field label={t('tag.name')}>
          <Input
            value={name}
            maxLength={40}
            disabled={one !== null}
            aria-label={t('tag.name')}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <Field label={t('tag.group')}>
          <Input
            value={group}
            maxLength={40}
            aria-label={t('tag.group')}
            placeholder={t('ui.optional')}
            onChange={(event) => setGroup(event.target.value)}
          />
        </Field>
        <Field label={t('tag.units')}>
          <Select
            mode="multiple"
            className="wide"
            value={units}
            aria-label={t('tag.units')}
            placeholder={t('tag.units_hint')}
            showSearch={{ optionFilterProp: 'label' }}
            options={known.data?.items.map((unit) => ({ value: unit.code, label: unit.name }))}
            onChange={setUnits}
          />
        </Field>
        {one === null && (
          <Field label={t('tag.follows_label')}>
            <Select
              allowClear
              className="wide"
              value={segment}
              aria-label={t('tag.follows_label')}
              placeholder={t('tag.follows')}
              showSearch={{ optionFilterProp: 'label' }}
              options={segments.data?.items.map((each) => ({ value: each.id, label: each.name }))}
              onChange={setSegment}
            />
          </Field>
        )}
      </div>
    </Modal>
  )
}
