import { MessageSearch } from '@/rooms/reach/Search'

/** 消息记录. */
export default function MessagesPage() {
  return <MessageSearch />
}
