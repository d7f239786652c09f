// Package framing makes messages of a stream of bytes, and back: frames with a length,
// chunks between sync marks, packets of a largest size.
package framing
