// Package order numbers messages, and puts numbered ones in order again: for links
// that lose, double and overtake.
package order
