import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Button, Input, Modal, Popconfirm, Tag } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCustomersOf } from '@/client/names'
import { usePages, useRead, useWrite } from '@/client/query'
import type { Reads } from '@/client/reads'
import type { Game, GamePlay } from '@/client/types'
import { CustomerName } from '@/shell/customer'
import { go } from '@/shell/router'
import { useMay } from '@/shell/session'
import { Count, Figure } from '@/ui/figure'
import { count, percent } from '@/ui/format'
import { Answer, Nothing, PageHead, Panel } from '@/ui/page'
import { PagedTable } from '@/ui/paged'
import { Rows } from '@/ui/rows'
import { Ago } from '@/ui/time'
import { colours } from './Games'
import { ProofModal } from './Proof'

/** A published game: what came of it, whether it is right, and every play with its proof. */
export function RunningGame({ game }: { game: Game }) {
  const { t, i18n } = useTranslation()
  const mayEdit = useMay()('benefit.edit')
  const [isStopping, setStopping] = useState(false)
  return (
    <>
      <PageHead
        title={
          <span className="row">
            {game.rules.name} <Tag color={colours[game.state]}>{t(`game.state_${game.state}`)}</Tag>
          </span>
        }
        hint={game.stop_reason ?? t(`game.kind_${game.kind}`)}
        actions={
          <>
            <Button onClick={() => go('/games')}>{t('ui.back')}</Button>
            {mayEdit && game.state === 'published' && (
              <Button danger onClick={() => setStopping(true)}>
                {t('game.stop')}
              </Button>
            )}
          </>
        }
      />
      <div className="stack">
        <Panel title={t('game.announced')}>
          <p className="reading">{i18n.language === 'en' ? game.sentence_en : game.sentence_zh}</p>
          {game.rules_hash && (
            <small className="quiet ledger-ref">
              {t('game.rules_hash')} {game.rules_hash}
            </small>
          )}
        </Panel>
        {game.kind === 'wheel' && (
          <>
            <Results game={game.id} />
            <Sound game={game.id} />
            <Panel title={t('game.all_plays')}>
              <Plays game={game} />
            </Panel>
          </>
        )}
      </div>
      {isStopping && <Stop game={game} close={() => setStopping(false)} />}
    </>
  )
}

function Results({ game }: { game: string }) {
  const { t, i18n } = useTranslation()
  const results = useRead('/v1/games/{game_id}/results', { id: game, every: 10_000 })
  return (
    <Answer of={results} rows={4}>
      {(has) => (
        <Panel title={t('game.results')}>
          <div className="figures panel-hint">
            <Figure title={t('game.play_count')} value={<Count of={has.plays} />} />
            <Figure title={t('game.players')} value={<Count of={has.players} />} />
          </div>
          <Rows<Reads['/v1/games/{game_id}/results']['prizes'][number]>
            size="small"
            rowKey="code"
            pagination={false}
            dataSource={has.prizes}
            columns={[
              {
                title: t('game.prize'),
                render: (_, one) => (i18n.language === 'en' ? one.en : one.zh),
              },
              {
                title: t('game.odds'),
                align: 'right',
                className: 'num',
                render: (_, one) => percent(one.odds_bp / 10_000, 2),
              },
              {
                title: t('game.drawn'),
                align: 'right',
                className: 'num',
                render: (_, one) => (
                  <>
                    {count(one.drawn)}{' '}
                    <small className="quiet">
                      {has.plays > 0 && percent(one.drawn / has.plays, 2)}
                    </small>
                  </>
                ),
              },
              {
                title: t('game.given'),
                align: 'right',
                className: 'num',
                render: (_, one) => count(one.given),
              },
              {
                title: t('game.left'),
                align: 'right',
                className: 'num',
                render: (_, one) => (one.left === null ? t('ui.no_limit') : count(one.left)),
              },
            ]}
          />
        </Panel>
      )}
    </Answer>
  )
}

function Sound({ game }: { game: string }) {
  const { t } = useTranslation()
  const check = useRead('/v1/games/{game_id}/check', { id: game })
  return (
    <Panel
      title={t('game.check')}
      extra={
        <Button size="small" loading={check.isFetching} onClick={() => void check.refetch()}>
          {t('game.check_now')}
        </Button>
      }
    >
      <Answer of={check} rows={1}>
        {({ items }) =>
          items.length === 0 ? (
            <>
              <CheckCircleFilled className="down" /> {t('game.sound')}
            </>
          ) : (
            <ul>
              {items.map((one, place) => (
                <li key={place} className="up">
                  <CloseCircleFilled /> {one.invariant} {JSON.stringify(one.detail)}
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}

function Plays({ game }: { game: Game }) {
  const { t, i18n } = useTranslation()
  const [proving, setProving] = useState<string | null>(null)
  const pages = usePages('/v1/games/{game_id}/plays', { id: game.id })
  const { rows } = useCustomersOf(pages.items.map((one) => one.customer_id))
  const prizes = 'prizes' in game.rules ? game.rules.prizes : []
  const named = new Map(prizes.map((one) => [one.code, i18n.language === 'en' ? one.en : one.zh]))
  const things = new Set(prizes.filter((one) => one.what.kind === 'goods').map((one) => one.code))
  return (
    <>
      <PagedTable<GamePlay>
        pages={pages}
        rowKey="id"
        size="small"
        empty={<Nothing title={t('game.no_plays')} />}
        columns={[
          { title: t('game.at'), render: (_, one) => <Ago at={one.at} /> },
          {
            title: t('game.customer'),
            render: (_, one) => <CustomerName id={one.customer_id} rows={rows} />,
          },
          { title: t('game.drawn'), render: (_, one) => named.get(one.drawn) ?? one.drawn },
          {
            title: t('game.given'),
            render: (_, one) => (
              <>
                {named.get(one.given) ?? one.given}{' '}
                <small className="quiet">{t(`game.outcome_${one.outcome}`)}</small>
              </>
            ),
          },
          {
            title: '',
            render: (_, one) => (
              <span className="row">
                <Button size="small" type="link" onClick={() => setProving(one.id)}>
                  {t('game.proof')}
                </Button>
                {one.handed_at ? (
                  <small className="quiet">{t('game.handed')}</small>
                ) : (
                  things.has(one.given) && <HandOver play={one.id} />
                )}
              </span>
            ),
          },
        ]}
      />
      {proving && <ProofModal play={proving} close={() => setProving(null)} />}
    </>
  )
}

/** A thing that was won waits until somebody gives it to the winner. */
function HandOver({ play }: { play: string }) {
  const { t } = useTranslation()
  const mayUse = useMay()('benefit.use')
  const hand = useWrite(['/v1/games/{game_id}/plays', '/v1/games/{game_id}/results'])
  if (!mayUse) return null
  return (
    <Popconfirm
      title={t('game.hand_over_ask')}
      onConfirm={() => hand.mutate({ to: 'POST /v1/plays/{play_id}/hand-over', id: play })}
    >
      <Button size="small" type="link" loading={hand.isPending}>
        {t('game.hand_over')}
      </Button>
    </Popconfirm>
  )
}

function Stop({ game, close }: { game: Game; close: () => void }) {
  const { t } = useTranslation()
  const [reason, setReason] = useState('')
  const stop = useWrite(['/v1/games', '/v1/games/{game_id}'])
  return (
    <Modal
      open
      title={t('game.stop_title', { name: game.rules.name })}
      okText={t('game.stop')}
      okButtonProps={{ danger: true, disabled: !reason.trim(), loading: stop.isPending }}
      onCancel={close}
      onOk={() =>
        stop.mutate(
          {
            to: 'POST /v1/games/{game_id}/stop',
            id: game.id,
            body: { reason: reason.trim() },
          },
          { onSuccess: close },
        )
      }
    >
      <p className="quiet panel-hint">{t('game.stop_effect')}</p>
      <Input
        value={reason}
        maxLength={200}
        placeholder={t('game.reason')}
        onChange={(event) => setReason(event.target.value)}
      />
    </Modal>
  )
}
