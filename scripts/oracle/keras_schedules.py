"""Prints learning rates of Keras's schedules: the numbers in tests/kernels/nn/test_schedule.c."""
import os

os.environ.update(TF_CPP_MIN_LOG_LEVEL='3', KERAS_BACKEND='tensorflow', CUDA_VISIBLE_DEVICES='')
import keras

S = keras.optimizers.schedules
steps = [0, 9, 10, 25, 39, 40]
cosine = S.CosineDecay(0.1, 40, alpha=0.1)
print('cosine', [float('%.9g' % float(cosine(s))) for s in steps])
exponential = S.ExponentialDecay(0.1, 10, 0.5, staircase=True)
print('exponential', [float('%.9g' % float(exponential(s))) for s in steps])
step = S.ExponentialDecay(0.1, 20, 0.1, staircase=True)
print('step', [float('%.9g' % float(step(s))) for s in steps])


class Model:
    optimizer = keras.optimizers.SGD(0.1)


plateau = keras.callbacks.ReduceLROnPlateau('val_loss', factor=0.5, patience=2, min_lr=0.02)
plateau.set_model(Model)
plateau.on_train_begin()
rates = []
for epoch, loss in enumerate([1.0, 0.9, 0.95, 0.89995, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86, 0.7, 0.7, 0.7]):
    plateau.on_epoch_end(epoch, {'val_loss': loss})
    rates.append(float('%.9g' % float(Model.optimizer.learning_rate)))
print('plateau', rates)
