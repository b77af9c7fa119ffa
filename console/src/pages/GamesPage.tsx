import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useRead } from '@/client/query'
import { blankCheckIn, blankWheel } from '@/rooms/benefit/games/blank'
import { GameEditor } from '@/rooms/benefit/games/Editor'
import { Games } from '@/rooms/benefit/games/Games'
import { RunningGame } from '@/rooms/benefit/games/Running'
import { usePlace } from '@/shell/router'
import { Answer, PageHead } from '@/ui/page'

/** 活动: check-ins and wheels; one of them as a draft, or with what came of it. */
export default function GamesPage({ id }: { id?: string }) {
  const { t } = useTranslation()
  if (id === 'new') return <NewGame />
  if (id) return <Saved id={id} />
  return (
    <>
      <PageHead title={t('shell.nav_games')} hint={t('game.hint')} />
      <Games />
    </>
  )
}

function Saved({ id }: { id: string }) {
  const game = useRead('/v1/games/{game_id}', { id })
  return (
    <Answer of={game} rows={8}>
      {(one) =>
        one.state === 'draft' ? (
          <GameEditor key={one.revision} game={one} start={one.rules} />
        ) : (
          <RunningGame game={one} />
        )
      }
    </Answer>
  )
}

function NewGame() {
  const { t } = useTranslation()
  const { query } = usePlace()
  const isCheckIn = query.get('kind') === 'check_in'
  const [start] = useState(() =>
    isCheckIn
      ? blankCheckIn()
      : blankWheel({ thanks: t('game.thanks'), points: t('game.some_points') }),
  )
  return <GameEditor game={null} start={start} />
}
