import { Policy } from '@/rooms/reach/Policy'

/** 触达规则. */
export default function PolicyPage() {
  return <Policy />
}
