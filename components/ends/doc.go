// Package ends has the two ends of a line: sources that send what they were given,
// and sinks. They are for tests, for the first line of a protocol, for what is to
// be said once.
package ends
