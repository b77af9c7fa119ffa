import { App, Button, DatePicker, Input, InputNumber } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useWrite } from '@/client/query'
import type { Game } from '@/client/types'
import { showDone } from '@/shell/notify'
import { go } from '@/shell/router'
import { Field, LimitInput, YuanInput } from '@/ui/field'
import { PageHead, Panel } from '@/ui/page'
import { oddsLeft, type CheckIn, type Rules, type Wheel } from './blank'
import { Bonuses, Prizes } from './Prizes'

const touched = ['/v1/games', '/v1/games/{game_id}'] as const

/** A draft of a game, beside what will be announced of it. */
export function GameEditor({ game, start }: { game: Game | null; start: Rules }) {
  const { t, i18n } = useTranslation()
  const { modal } = App.useApp()
  const [rules, setRules] = useState<Rules>(start)
  const save = useWrite<'POST /v1/games' | 'PUT /v1/games/{game_id}'>([...touched])
  const turn = useWrite([...touched])
  const isChanged = game === null || JSON.stringify(rules) !== JSON.stringify(start)
  const isReady =
    rules.name.trim() !== '' && (rules.kind !== 'wheel' || oddsLeft(rules.prizes) === 0)
  const keep = () =>
    save
      .mutateAsync(
        game
          ? {
              to: 'PUT /v1/games/{game_id}',
              id: game.id,
              body: { rules, revision: game.revision },
            }
          : { to: 'POST /v1/games', body: { rules } },
      )
      .then((kept) => {
        showDone(t('ui.saved'))
        go(`/games/${kept.id}`, { isReplacing: true })
      })
      .catch(() => undefined)
  const publish = (one: Game) =>
    modal.confirm({
      title: t('game.publish_title', { name: one.rules.name }),
      content: (
        <>
          <p>{t('game.publish_effect')}</p>
          <p className="reading">{i18n.language === 'en' ? one.sentence_en : one.sentence_zh}</p>
        </>
      ),
      okText: t('game.publish'),
      onOk: () =>
        turn
          .mutateAsync({
            to: 'POST /v1/games/{game_id}/publish',
            id: one.id,
            body: { revision: one.revision },
          })
          .then(() => showDone(t('game.publish_done')))
          .catch(() => undefined),
    })
  const set = (next: Partial<Wheel> | Partial<CheckIn>) =>
    setRules((before) => ({ ...before, ...next }) as Rules)
  return (
    <>
      <PageHead
        title={
          <Input
            variant="underlined"
            className="title-input"
            value={rules.name}
            maxLength={40}
            aria-label={t('game.name')}
            placeholder={t('game.name_hint')}
            onChange={(event) => set({ name: event.target.value })}
          />
        }
        hint={t(`game.kind_${rules.kind}`)}
        actions={
          <>
            <Button onClick={() => go('/games')}>{t('ui.back')}</Button>
            <Button
              disabled={!isReady || !isChanged}
              loading={save.isPending}
              onClick={() => void keep()}
            >
              {t('game.save_draft')}
            </Button>
            {game && (
              <Button type="primary" disabled={isChanged} onClick={() => publish(game)}>
                {t('game.publish')}
              </Button>
            )}
          </>
        }
      />
      <div className="cols-editor">
        <div className="stack">
          <Panel title={t('game.runs')}>
            <DatePicker.RangePicker
              showTime={{ format: 'HH:mm' }}
              format="YYYY-MM-DD HH:mm"
              allowClear={false}
              value={[dayjs(rules.starts_at), dayjs(rules.ends_at)]}
              onChange={(days) => {
                const [from, until] = days ?? []
                if (from && until)
                  set({ starts_at: from.toISOString(), ends_at: until.toISOString() })
              }}
            />
          </Panel>
          {rules.kind === 'wheel' ? (
            <WheelForm rules={rules} set={set} />
          ) : (
            <CheckInForm rules={rules} set={set} />
          )}
        </div>
        <Panel title={t('game.announced')} className="reach-side">
          {game ? (
            <p className={`reading ${isChanged ? 'stale-view' : ''}`}>
              {i18n.language === 'en' ? game.sentence_en : game.sentence_zh}
            </p>
          ) : (
            <p className="quiet">{t('game.unfinished')}</p>
          )}
        </Panel>
      </div>
    </>
  )
}

function WheelForm({ rules, set }: { rules: Wheel; set: (next: Partial<Wheel>) => void }) {
  const { t } = useTranslation()
  const { plays } = rules
  const disclosure = rules.disclosure ?? {}
  return (
    <>
      <Panel title={t('game.prizes')}>
        <Prizes prizes={rules.prizes} change={(prizes) => set({ prizes })} />
      </Panel>
      <Panel title={t('game.plays')}>
        <div className="fields">
          {(['per_day', 'per_order', 'per_share', 'shares_a_day'] as const).map((name) => (
            <Field key={name} label={t(`game.${name}`)}>
              <InputNumber
                className="number-input"
                min={0}
                max={100}
                precision={0}
                aria-label={t(`game.${name}`)}
                value={plays[name] ?? 0}
                onChange={(value) => set({ plays: { ...plays, [name]: value ?? 0 } })}
              />
            </Field>
          ))}
          <Field label={t('game.min_order')}>
            <YuanInput
              label={t('game.min_order')}
              fen={plays.min_order_fen ?? 1}
              change={(fen) => set({ plays: { ...plays, min_order_fen: fen ?? 0 } })}
            />
          </Field>
        </div>
      </Panel>
      <Panel title={t('game.disclosure')}>
        <p className="quiet panel-hint">{t('game.disclosure_hint')}</p>
        {(['conditions', 'draw', 'claim', 'abandonment', 'organiser', 'contact'] as const).map(
          (name) => (
            <Field key={name} label={t(`game.says_${name}`)}>
              <Input
                value={disclosure[name] ?? ''}
                maxLength={500}
                aria-label={t(`game.says_${name}`)}
                onChange={(event) =>
                  set({ disclosure: { ...disclosure, [name]: event.target.value } })
                }
              />
            </Field>
          ),
        )}
      </Panel>
    </>
  )
}

function CheckInForm({ rules, set }: { rules: CheckIn; set: (next: Partial<CheckIn>) => void }) {
  const { t } = useTranslation()
  return (
    <Panel title={t('game.streak')}>
      <div className="fields">
        <Field label={t('game.points_per_day')}>
          <InputNumber
            className="number-input"
            min={1}
            max={1_000_000}
            precision={0}
            aria-label={t('game.points_per_day')}
            value={rules.points_per_day}
            onChange={(points) => points && set({ points_per_day: points })}
          />
        </Field>
        <Field label={t('game.cycle')}>
          <LimitInput
            min={2}
            max={366}
            label={t('game.cycle')}
            value={rules.cycle_days ?? null}
            change={(cycle_days) => set({ cycle_days })}
          />
        </Field>
      </div>
      <Bonuses list={rules.bonuses ?? []} change={(bonuses) => set({ bonuses })} />
    </Panel>
  )
}
