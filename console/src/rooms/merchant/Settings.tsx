import { LockOutlined, UnlockOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Select, Switch, Tag, Tooltip } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead, useWrite } from '@/client/query'
import type { Setting } from '@/client/types'
import { showDone } from '@/shell/notify'
import { Answer, Nothing, Panel } from '@/ui/page'
import { Rows } from '@/ui/rows'

const SECTIONS = {
  campaign: ['campaign', 'reach'],
  credit: ['commission', 'attribution'],
  benefit: ['benefit'],
  offer: ['offer'],
  links: ['content', 'site', 'member'],
  data: ['identity', 'event'],
} as const

/** What there is to set, by what it is about; per merchant and unit: inherited, overridden here, or locked above. */
export function Settings() {
  const { t } = useTranslation()
  const units = useRead('/v1/units')
  const [unit, setUnit] = useState<string | undefined>()
  const [sought, setSought] = useState('')
  const settings = useRead('/v1/settings', { query: { unit }, keep: true })
  return (
    <div className="stack">
      <div className="filters">
        <Input.Search
          allowClear
          className="filter-q"
          placeholder={t('merchant.setting_find')}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
        <Select
          allowClear
          className="filter"
          placeholder={t('merchant.whole')}
          value={unit}
          onChange={(next?: string) => setUnit(next)}
          options={units.data?.items.map((one) => ({ value: one.id, label: one.name }))}
        />
      </div>
      <Answer of={settings} rows={12}>
        {({ items }) => <Sections items={items.filter((one) => has(one, sought))} unit={unit} />}
      </Answer>
    </div>
  )
}

function has(setting: Setting, sought: string): boolean {
  return `${setting.title} ${setting.key}`.toLowerCase().includes(sought.trim().toLowerCase())
}

/** A setting of a room that no section names is in the last one. */
function sectionOf(setting: Setting): keyof typeof SECTIONS {
  const room = setting.key.split('.')[0]
  const names = Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]
  return names.find((name) => SECTIONS[name].some((one) => one === room)) ?? 'data'
}

function Sections({ items, unit }: { items: Setting[]; unit: string | undefined }) {
  const { t } = useTranslation()
  if (items.length === 0)
    return (
      <Panel>
        <Nothing title={t('merchant.setting_none')} />
      </Panel>
    )
  return (Object.keys(SECTIONS) as (keyof typeof SECTIONS)[]).map((name) => {
    const own = items.filter((one) => sectionOf(one) === name)
    return (
      own.length > 0 && (
        <Panel key={name} title={t(`merchant.section_${name}`)}>
          <Section items={own} unit={unit} />
        </Panel>
      )
    )
  })
}

function Section({ items, unit }: { items: Setting[]; unit: string | undefined }) {
  const { t } = useTranslation()
  return (
    <Rows<Setting>
      className="settings-table"
      size="small"
      rowKey="key"
      pagination={false}
      dataSource={items}
      columns={[
        {
          title: t('merchant.setting'),
          width: '46%',
          render: (_, one) => (
            <>
              <div>{one.title}</div>
              <small className="quiet">{one.key}</small>
            </>
          ),
        },
        {
          title: t('merchant.value'),
          width: '32%',
          render: (_, one) => (
            <Value
              key={`${unit ?? ''}-${one.version}-${String(one.value)}`}
              setting={one}
              unit={unit}
            />
          ),
        },
        {
          title: t('merchant.from'),
          width: '10%',
          render: (_, one) => <From setting={one} unit={unit} />,
        },
        {
          title: t('merchant.default'),
          width: '12%',
          render: (_, one) => (
            <span className="quiet num">
              {String(one.default)} <Share of={one} value={one.default} />
            </span>
          ),
        },
      ]}
    />
  )
}

/** What a rate in basis points is as a percentage. */
function Share({ of, value }: { of: Setting; value: unknown }) {
  if (!of.key.endsWith('_bp')) return null
  return <small className="quiet num">= {Number(value) / 100}%</small>
}

function From({ setting, unit }: { setting: Setting; unit: string | undefined }) {
  const { t } = useTranslation()
  const lock = setting.is_locked && (
    <Tooltip title={t('merchant.locked_hint')}>
      <LockOutlined />
    </Tooltip>
  )
  if (setting.from_unit && setting.from_unit.id === unit)
    return (
      <Tag color="cyan">
        {t('merchant.here')} {lock}
      </Tag>
    )
  if (setting.is_set)
    return (
      <Tag>
        {setting.from_unit?.name ?? t('merchant.whole')} {lock}
      </Tag>
    )
  return <span className="quiet">{t('merchant.by_default')}</span>
}

function Value({ setting, unit }: { setting: Setting; unit: string | undefined }) {
  const { t } = useTranslation()
  const [value, setValue] = useState(setting.value)
  const [isLocking, setLocking] = useState(setting.is_locked)
  const write = useWrite(['/v1/settings'])
  const isLockedAbove = setting.is_locked && unit !== undefined && setting.from_unit?.id !== unit
  const isChanged = value !== setting.value || isLocking !== setting.is_locked
  return (
    <div className="row">
      {typeof setting.default === 'number' ? (
        <InputNumber
          size="small"
          min={0}
          disabled={isLockedAbove}
          value={Number(value)}
          onChange={(next) => setValue(Number(next ?? 0))}
        />
      ) : typeof setting.default === 'boolean' ? (
        <Switch
          size="small"
          disabled={isLockedAbove}
          checked={Boolean(value)}
          onChange={setValue}
        />
      ) : (
        <Input
          size="small"
          className="setting-text"
          disabled={isLockedAbove}
          value={String(value ?? '')}
          onChange={(event) => setValue(event.target.value)}
        />
      )}
      <Share of={setting} value={value} />
      {!isLockedAbove && (
        <Tooltip title={t('merchant.lock_hint')}>
          <Switch
            size="small"
            aria-label={t('merchant.lock_hint')}
            checkedChildren={<LockOutlined />}
            unCheckedChildren={<UnlockOutlined />}
            checked={isLocking}
            onChange={setLocking}
          />
        </Tooltip>
      )}
      {isChanged && (
        <Button
          size="small"
          type="primary"
          loading={write.isPending}
          onClick={() =>
            write.mutate(
              {
                to: 'PUT /v1/settings/{key}',
                id: setting.key,
                body: {
                  value,
                  unit_id: unit ?? null,
                  is_locked: isLocking,
                  version: setting.version,
                },
              },
              { onSuccess: () => showDone(t('ui.saved')) },
            )
          }
        >
          {t('ui.save')}
        </Button>
      )}
    </div>
  )
}
