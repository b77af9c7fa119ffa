import { useEffect, useRef, useState } from 'react'
import { Icon } from '../parts/icons'
import { t } from '../words'

interface Detector {
  detect: (source: HTMLVideoElement) => Promise<{ rawValue: string }[]>
}
type MakeDetector = new (options: { formats: string[] }) => Detector

const EVERY_MS = 150

/** Where the browser can read codes by itself (Android's and WeCom's can); typing is always there. */
export function canScan(): boolean {
  return 'BarcodeDetector' in window && Boolean(navigator.mediaDevices?.getUserMedia)
}

/** The camera over the whole page, until it sees a code. */
export function Scanner({ seen, close }: { seen: (text: string) => void; close: () => void }) {
  const video = useRef<HTMLVideoElement>(null)
  const [problem, setProblem] = useState(false)
  // Whoever listens may change while one and the same camera stays open.
  const listener = useRef(seen)
  useEffect(() => {
    listener.current = seen
  }, [seen])
  useEffect(() => {
    let stream: MediaStream | undefined
    let timer: number | undefined
    let isOver = false
    const Make = (window as unknown as { BarcodeDetector: MakeDetector }).BarcodeDetector
    const start = async () => {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
        if (isOver || !video.current) return stop()
        video.current.srcObject = stream
        await video.current.play()
        const detector = new Make({ formats: ['qr_code'] })
        timer = window.setInterval(() => void look(detector), EVERY_MS)
      } catch {
        setProblem(true)
      }
    }
    const look = async (detector: Detector) => {
      if (isOver || !video.current) return
      const [found] = await detector.detect(video.current).catch(() => [])
      if (!found || isOver) return
      isOver = true
      navigator.vibrate?.(60)
      listener.current(found.rawValue)
    }
    const stop = () => {
      window.clearInterval(timer)
      for (const track of stream?.getTracks() ?? []) track.stop()
    }
    void start()
    return () => {
      isOver = true
      stop()
    }
  }, [])
  return (
    <div className="scanner" role="dialog" aria-label={t('counter.scan')}>
      <video ref={video} playsInline muted />
      <i className="frame" />
      <p>{t(problem ? 'counter.no_camera' : 'counter.aim')}</p>
      <button type="button" aria-label={t('app.close')} onClick={close}>
        <Icon name="close" size={26} />
      </button>
    </div>
  )
}
