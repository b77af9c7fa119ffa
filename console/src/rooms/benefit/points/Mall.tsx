import { PlusOutlined } from '@ant-design/icons'
import { Button, DatePicker, Input, Modal, Segmented, Select, Tag } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePages, useRead, useWrite } from '@/client/query'
import type { MallItem } from '@/client/types'
import { useMay } from '@/shell/session'
import { Field, LimitInput } from '@/ui/field'
import { Count } from '@/ui/figure'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'

/** What points are exchanged for, and what is left of it. */
export function Mall({ showExchanges }: { showExchanges: (item: string) => void }) {
  const { t } = useTranslation()
  const mayEdit = useMay()('benefit.edit')
  const items = useRead('/v1/points-mall/items')
  const [editing, setEditing] = useState<MallItem | 'new' | null>(null)
  const add = mayEdit && (
    <Button size="small" type="primary" icon={<PlusOutlined />} onClick={() => setEditing('new')}>
      {t('points.add_item')}
    </Button>
  )
  return (
    <Panel title={t('points.mall')} extra={add}>
      <Answer of={items} rows={5}>
        {(page) => (
          <Rows<MallItem>
            size="middle"
            rowKey="id"
            pagination={false}
            dataSource={page.items}
            locale={{
              emptyText: <Nothing title={t('points.no_items')} hint={t('points.no_items_hint')} />,
            }}
            columns={[
              {
                title: t('points.item'),
                render: (_, one) => (
                  <span className="row">
                    {one.picture_url && (
                      <img className="mall-picture" src={one.picture_url} alt="" />
                    )}
                    <b className="name">{one.name}</b>
                    <Tag>{t(`points.kind_${one.kind}`)}</Tag>
                  </span>
                ),
              },
              {
                title: t('points.price'),
                align: 'right',
                render: (_, one) => <Count of={one.points} />,
              },
              {
                title: t('points.stock'),
                align: 'right',
                render: (_, one) =>
                  one.stock === null ? (
                    <span className="quiet">{t('ui.no_limit')}</span>
                  ) : (
                    <span className={one.stock === 0 ? 'up' : ''}>
                      <Count of={one.stock} />
                    </span>
                  ),
              },
              {
                title: t('points.each_max'),
                align: 'right',
                render: (_, one) => one.each_max ?? <span className="quiet">–</span>,
              },
              {
                title: t('points.state'),
                render: (_, one) => (
                  <Tag color={one.state === 'open' ? 'green' : 'default'}>
                    {t(`points.state_${one.state}`)}
                  </Tag>
                ),
              },
              {
                title: '',
                render: (_, one) => (
                  <span className="row">
                    <Button size="small" type="link" onClick={() => showExchanges(one.id)}>
                      {t('points.exchanges')}
                    </Button>
                    {mayEdit && (
                      <Button size="small" type="link" onClick={() => setEditing(one)}>
                        {t('ui.edit')}
                      </Button>
                    )}
                  </span>
                ),
              },
            ]}
          />
        )}
      </Answer>
      {editing && (
        <ItemForm
          key={editing === 'new' ? 'new' : editing.id}
          one={editing === 'new' ? null : editing}
          close={() => setEditing(null)}
        />
      )}
    </Panel>
  )
}

function ItemForm({ one, close }: { one: MallItem | null; close: () => void }) {
  const { t } = useTranslation()
  const templates = usePages('/v1/coupon-templates', { query: { state: 'published' } })
  const save = useWrite(['/v1/points-mall/items'])
  const [item, setItem] = useState({
    name: one?.name ?? '',
    points: one?.points ?? null,
    template: one?.template_id ?? null,
    stock: one ? one.stock : 100,
    each_max: one ? one.each_max : 1,
    closes_at: one?.closes_at ?? null,
    state: one?.state ?? ('open' as const),
    picture_url: one?.picture_url ?? '',
  })
  const set = (next: Partial<typeof item>) => setItem((before) => ({ ...before, ...next }))
  const submit = () => {
    const body = {
      ...item,
      name: item.name.trim(),
      points: item.points ?? 1,
      opens_at: one?.opens_at ?? null,
    }
    const done = { onSuccess: close }
    if (one)
      save.mutate(
        {
          to: 'PUT /v1/points-mall/items/{item_id}',
          id: one.id,
          body: { ...body, version: one.version },
        },
        done,
      )
    else save.mutate({ to: 'POST /v1/points-mall/items', body }, done)
  }
  return (
    <Modal
      open
      title={t(one ? 'points.edit_item' : 'points.add_item')}
      okText={t('ui.save')}
      okButtonProps={{
        disabled: !item.name.trim() || !item.points,
        loading: save.isPending,
      }}
      onCancel={close}
      onOk={submit}
    >
      <Field label={t('points.item')}>
        <Input
          value={item.name}
          maxLength={60}
          aria-label={t('points.item')}
          onChange={(event) => set({ name: event.target.value })}
        />
      </Field>
      <Field label={t('points.gives')} hint={t('points.gives_hint')}>
        <Select
          allowClear
          className="wide"
          placeholder={t('points.kind_goods')}
          value={item.template ?? undefined}
          onChange={(template?: string) => set({ template: template ?? null })}
          options={templates.items.map((each) => ({ value: each.id, label: each.promise.name }))}
        />
      </Field>
      <div className="fields">
        <Field label={t('points.price')}>
          <LimitInput
            label={t('points.price')}
            value={item.points}
            suffix={t('points.unit')}
            change={(points) => set({ points })}
          />
        </Field>
        <Field label={t('points.stock')}>
          <LimitInput
            min={0}
            label={t('points.stock')}
            value={item.stock}
            change={(stock) => set({ stock })}
          />
        </Field>
        <Field label={t('points.each_max')}>
          <LimitInput
            max={10_000}
            label={t('points.each_max')}
            value={item.each_max}
            change={(each_max) => set({ each_max })}
          />
        </Field>
        <Field label={t('points.closes')}>
          <DatePicker
            placeholder={t('ui.no_limit')}
            value={item.closes_at ? dayjs(item.closes_at) : null}
            onChange={(day) => set({ closes_at: day?.endOf('day').toISOString() ?? null })}
          />
        </Field>
      </div>
      <Field label={t('points.picture')}>
        <Input
          value={item.picture_url}
          maxLength={500}
          placeholder="https://"
          aria-label={t('points.picture')}
          onChange={(event) => set({ picture_url: event.target.value })}
        />
      </Field>
      <Field label={t('points.state')}>
        <Segmented
          value={item.state}
          onChange={(state) => set({ state })}
          options={(['open', 'closed'] as const).map((value) => ({
            value,
            label: t(`points.state_${value}`),
          }))}
        />
      </Field>
    </Modal>
  )
}
