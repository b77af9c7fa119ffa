import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled } from '@ant-design/icons'
import { Modal } from 'antd'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { Answer } from '@/ui/page'
import { Ago } from '@/ui/time'

/** What a draw follows from; whether it does is told when the day's seed is. */
export function ProofModal({ play, close }: { play: string; close: () => void }) {
  const { t } = useTranslation()
  const proof = useRead('/v1/plays/{play_id}/proof', { id: play })
  return (
    <Modal open footer={null} onCancel={close} title={t('game.proof')} width={620}>
      <Answer of={proof} rows={5}>
        {(one) => (
          <div className="stack">
            <p>
              {one.is_right === null ? (
                <>
                  <ClockCircleOutlined /> {t('game.not_told_yet')} <Ago at={one.seed.reveals_at} />
                </>
              ) : one.is_right ? (
                <>
                  <CheckCircleFilled className="down" /> {t('game.is_right')}
                </>
              ) : (
                <>
                  <CloseCircleFilled className="up" /> {t('game.is_wrong')}
                </>
              )}
            </p>
            <dl className="facts proof-facts">
              <dt>{t('game.seed_hash')}</dt>
              <dd>
                <code>{one.seed.hash}</code>
              </dd>
              <dt>{t('game.seed')}</dt>
              <dd>
                <code>{one.seed.seed ?? '–'}</code>
              </dd>
              <dt>{t('game.message')}</dt>
              <dd>
                <code>{one.play.message}</code>
              </dd>
              <dt>{t('game.roll')}</dt>
              <dd className="num">{one.play.roll} / 10000</dd>
            </dl>
            <p className="quiet">{t('game.how')}</p>
          </div>
        )}
      </Answer>
    </Modal>
  )
}
