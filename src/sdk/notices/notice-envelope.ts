/** What every notice has beside its kind, its event type and its resource. */
export interface NoticeEnvelope {
  /** The same for each delivery of one notice; up to 36 characters. */
  id: string
  /** RFC 3339. */
  create_time: string
  /** Text for people; empty when the platform sent none. */
  summary: string
  /** The decrypted text as it came, for the record. */
  plaintext: string
}
