// Package compress codes answers on the fly, with gzip or zstd, for clients that
// accept that (RFC 9110 sections 8.4 and 12.5.3).
//
//	requests  ─▶ [ Tags ] ─▶ handler ─▶ [ Encoder ] ─▶ Writer
//	                 └──── Press ────────────┘
//
// A [Press] holds what all connections have in common: the options, the encoders,
// and a bounded memory of small bodies that were coded before. [Encoder] is the
// part that responses pass. [Tags] is one that requests may pass: with it, entity
// tags that Encoder made are understood in conditions on writing.
package compress
