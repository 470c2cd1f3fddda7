#pragma once
/// Everything in a public signature is exported; all else is hidden.
#define SADDLE_API __attribute__((visibility("default")))
