// Package jsonlines has values as lines of JSON, one each: for files, logs and protocols
// that both people and programs read.
package jsonlines
