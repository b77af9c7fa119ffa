import { Dropdown, InputNumber, Select, Tag, Button, Popover } from 'antd'
import { PlusOutlined } from '@ant-design/icons'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import { Field } from '@/ui/field'
import { blankPrivilege, privilegeKinds, type Privilege } from './blank'

/** A privilege in a few words: `积分 1.5 倍`, `生日送 200 积分`. */
export function PrivilegeTag({ of, close }: { of: Privilege; close?: () => void }) {
  const { t } = useTranslation()
  return (
    <Tag color="green" closable={close !== undefined} onClose={close}>
      {useWords()(of) || t(`tier.privilege_${of.kind}`)}
    </Tag>
  )
}

function useWords(): (of: Privilege) => string {
  const { t } = useTranslation()
  return (of) => {
    switch (of.kind) {
      case 'points_multiplier':
        return t('tier.says_points_multiplier', { times: of.rate_bp / 10_000 })
      case 'member_price':
        return of.price_list
          ? t('tier.says_price_list', { list: of.price_list })
          : t('tier.says_member_price', { percent: (of.rate_bp ?? 10_000) / 100 })
      case 'free_shipping':
        return t('tier.privilege_free_shipping')
      case 'points':
        return `${t(`tier.way_${of.way}`)} ${t('tier.says_points', { points: of.points })}`
      case 'coupons':
        return `${t(`tier.way_${of.way}`)} ${t('tier.says_coupons', { count: of.count ?? 1 })}`
    }
  }
}

/** What a tier brings: chips that open to their figures, and one more. */
export function Privileges({
  list,
  change,
}: {
  list: Privilege[]
  change: (list: Privilege[]) => void
}) {
  const { t } = useTranslation()
  const templates = usePages('/v1/coupon-templates', { query: { state: 'published' } })
  const first = templates.items[0]?.id
  const set = (place: number, next: Privilege) =>
    change(list.map((one, at) => (at === place ? next : one)))
  return (
    <div className="row">
      {list.map((one, place) => (
        <Popover
          key={place}
          trigger="click"
          content={
            <Edit
              of={one}
              set={(next) => set(place, next)}
              templates={templates.items.map((each) => ({
                value: each.id,
                label: each.promise.name,
              }))}
            />
          }
        >
          <span role="button" tabIndex={0} className="privilege">
            <PrivilegeTag of={one} close={() => change(list.filter((_, at) => at !== place))} />
          </span>
        </Popover>
      ))}
      <Dropdown
        trigger={['click']}
        menu={{
          items: privilegeKinds
            .filter((kind) => kind !== 'coupons' || first)
            .map((key) => ({ key, label: t(`tier.privilege_${key}`) })),
          onClick: ({ key }) =>
            change([...list, blankPrivilege(key as Privilege['kind'], first ?? '')]),
        }}
      >
        <Button size="small" type="dashed" icon={<PlusOutlined />}>
          {t('tier.add_privilege')}
        </Button>
      </Dropdown>
    </div>
  )
}

function Edit({
  of,
  set,
  templates,
}: {
  of: Privilege
  set: (next: Privilege) => void
  templates: { value: string; label: string }[]
}) {
  const { t } = useTranslation()
  if (of.kind === 'free_shipping') return <>{t('tier.privilege_free_shipping')}</>
  return (
    <div className="privilege-edit">
      {(of.kind === 'points_multiplier' || of.kind === 'member_price') && (
        <Field label={t(`tier.privilege_${of.kind}`)}>
          <InputNumber
            className="number-input"
            aria-label={t(`tier.privilege_${of.kind}`)}
            min={of.kind === 'member_price' ? 1 : 1.01}
            max={of.kind === 'member_price' ? 100 : 10}
            precision={2}
            suffix={of.kind === 'member_price' ? '%' : t('tier.times')}
            value={(of.rate_bp ?? 10_000) / (of.kind === 'member_price' ? 100 : 10_000)}
            onChange={(value) =>
              value &&
              set({
                ...of,
                rate_bp: Math.round(value * (of.kind === 'member_price' ? 100 : 10_000)),
              })
            }
          />
        </Field>
      )}
      {of.kind === 'points' && (
        <Field label={t('tier.points')}>
          <InputNumber
            className="number-input"
            aria-label={t('tier.points')}
            min={1}
            max={1_000_000}
            precision={0}
            value={of.points}
            onChange={(points) => points && set({ ...of, points })}
          />
        </Field>
      )}
      {of.kind === 'coupons' && (
        <Field label={t('tier.coupon')}>
          <Select
            className="wide"
            aria-label={t('tier.coupon')}
            value={of.template}
            options={templates}
            onChange={(template) => set({ ...of, template })}
          />
          <InputNumber
            className="number-input"
            aria-label={t('tier.count')}
            min={1}
            max={20}
            precision={0}
            value={of.count ?? 1}
            onChange={(count) => count && set({ ...of, count })}
          />
        </Field>
      )}
      {(of.kind === 'points' || of.kind === 'coupons') && (
        <Field label={t('tier.way')}>
          <Select
            className="wide"
            aria-label={t('tier.way')}
            value={of.way}
            onChange={(way) => set({ ...of, way })}
            options={(['on_upgrade', 'monthly', 'birthday'] as const).map((value) => ({
              value,
              label: t(`tier.way_${value}`),
            }))}
          />
        </Field>
      )}
    </div>
  )
}
