import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber, Select } from 'antd'
import { useTranslation } from 'react-i18next'
import { usePages } from '@/client/query'
import { LimitInput, YuanInput } from '@/ui/field'
import { oddsLeft, type CheckIn, type Prize } from './blank'

type What = Prize['what']

/** The prizes with their odds, which have to add up to all draws. */
export function Prizes({ prizes, change }: { prizes: Prize[]; change: (prizes: Prize[]) => void }) {
  const { t } = useTranslation()
  const templates = usePages('/v1/coupon-templates', { query: { state: 'published' } })
  const left = oddsLeft(prizes)
  const set = (place: number, next: Partial<Prize>) =>
    change(prizes.map((one, at) => (at === place ? { ...one, ...next } : one)))
  return (
    <>
      {prizes.map((prize, place) => (
        <div key={prize.code} className="rule-line prize">
          <Input
            className="rule-line-some"
            value={prize.zh}
            maxLength={40}
            aria-label={t('game.prize')}
            onChange={(event) => set(place, { zh: event.target.value, en: event.target.value })}
          />
          <Select<What['kind']>
            className="rule-line-some"
            aria-label={t('game.what')}
            value={prize.what.kind}
            onChange={(kind) => set(place, { what: whatOf(kind) })}
            options={(['points', 'coupon', 'goods', 'nothing'] as const).map((value) => ({
              value,
              label: t(`game.what_${value}`),
            }))}
          />
          <What
            what={prize.what}
            set={(what) => set(place, { what })}
            templates={templates.items.map((one) => ({
              value: one.id,
              label: one.promise.name,
            }))}
          />
          <InputNumber
            className="number-input"
            min={0.01}
            max={100}
            precision={2}
            prefix={t('game.odds')}
            suffix="%"
            aria-label={t('game.odds')}
            value={prize.odds_bp / 100}
            onChange={(share) => share && set(place, { odds_bp: Math.round(share * 100) })}
          />
          {prize.what.kind !== 'nothing' && (
            <>
              <LimitInput
                max={10_000_000}
                suffix={t('game.pieces')}
                label={t('game.stock')}
                value={prize.stock ?? null}
                change={(stock) => set(place, { stock })}
              />
              <span className="quiet" title={t('game.value')}>
                {t('game.worth')}
              </span>
              <YuanInput
                label={t('game.value')}
                fen={prize.value_fen}
                change={(fen) => set(place, { value_fen: fen ?? 0 })}
              />
            </>
          )}
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('ui.delete')}
            disabled={prizes.length <= 2}
            onClick={() => change(prizes.filter((_, at) => at !== place))}
          />
        </div>
      ))}
      <div className="row between">
        <Button
          size="small"
          icon={<PlusOutlined />}
          disabled={prizes.length >= 20}
          onClick={() => change([...prizes, nextPrize(prizes, t('game.new_prize'))])}
        >
          {t('game.add_prize')}
        </Button>
        <span className={`num ${left === 0 ? 'quiet' : 'up'}`} aria-live="polite">
          {t(left === 0 ? 'game.odds_right' : left > 0 ? 'game.odds_left' : 'game.odds_over', {
            percent: Math.abs(left) / 100,
          })}
        </span>
      </div>
    </>
  )
}

function whatOf(kind: What['kind']): What {
  if (kind === 'points') return { kind, points: 20 }
  if (kind === 'coupon') return { kind, template: '' }
  return { kind }
}

function nextPrize(prizes: Prize[], name: string): Prize {
  const codes = new Set(prizes.map((prize) => prize.code))
  let number = prizes.length + 1
  while (codes.has(`prize-${number}`)) number += 1
  return {
    code: `prize-${number}`,
    zh: name,
    en: name,
    what: { kind: 'goods' },
    odds_bp: Math.max(1, oddsLeft(prizes)),
    value_fen: 1_000,
    stock: 10,
  }
}

function What({
  what,
  set,
  templates,
}: {
  what: What
  set: (what: What) => void
  templates: { value: string; label: string }[]
}) {
  const { t } = useTranslation()
  if (what.kind === 'points')
    return (
      <InputNumber
        className="number-input"
        min={1}
        max={1_000_000}
        precision={0}
        aria-label={t('game.what_points')}
        value={what.points}
        onChange={(points) => points && set({ ...what, points })}
      />
    )
  if (what.kind === 'coupon')
    return (
      <Select
        className="rule-line-some"
        aria-label={t('game.what_coupon')}
        value={what.template || undefined}
        onChange={(template: string) => set({ ...what, template })}
        options={templates}
      />
    )
  return null
}

/** More points on certain days of a streak. */
export function Bonuses({
  list,
  change,
}: {
  list: NonNullable<CheckIn['bonuses']>
  change: (list: NonNullable<CheckIn['bonuses']>) => void
}) {
  const { t } = useTranslation()
  return (
    <>
      {list.map((bonus, place) => (
        <div key={place} className="rule-line">
          {(['day', 'points'] as const).map((name) => (
            <InputNumber
              key={name}
              className="number-input"
              min={name === 'day' ? 2 : 1}
              max={name === 'day' ? 366 : 1_000_000}
              precision={0}
              prefix={t(`game.bonus_${name}`)}
              aria-label={t(`game.bonus_${name}`)}
              value={bonus[name]}
              onChange={(value) =>
                value &&
                change(list.map((one, at) => (at === place ? { ...one, [name]: value } : one)))
              }
            />
          ))}
          <Button
            size="small"
            type="text"
            icon={<DeleteOutlined />}
            aria-label={t('ui.delete')}
            onClick={() => change(list.filter((_, at) => at !== place))}
          />
        </div>
      ))}
      <Button
        size="small"
        icon={<PlusOutlined />}
        onClick={() => change([...list, { day: (list.at(-1)?.day ?? 0) + 7, points: 30 }])}
      >
        {t('game.add_bonus')}
      </Button>
    </>
  )
}
